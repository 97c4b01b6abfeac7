import type { KnownField } from '../records/profiles/field-store.ts'
import { fieldValueOf, fieldValueText, readFieldValue, type StoredValue } from '../records/profiles/field-value.ts'
import { type ProfileField, VALUE_CHARS } from '../rules/schema/profile-rules.ts'
import type * as contract from './contract.ts'

type Change = contract.FieldsChange['changes'][number]

/** What becomes of a change: what is to be kept, and what is told of the fields that are not. A field told already, whose answer was
 *  lost, is in neither. */
export interface FieldOutcome {
  kept: { field: ProfileField; values: StoredValue[] }[]
  refused: contract.RefusedField[]
}

/** Each field by itself. `mayEdit`: whoever may not see a field learns no more of it than of one that is not there. */
export function outcomeOf(
  changes: readonly Change[],
  {
    fields,
    known,
    mayEdit,
  }: {
    fields: readonly ProfileField[]
    known: ReadonlyMap<string, KnownField>
    mayEdit: (field: ProfileField) => boolean
  },
): FieldOutcome {
  const outcome: FieldOutcome = { kept: [], refused: [] }
  for (const { field: name, value, saw } of changes) {
    const field = fields.find((one) => one.field === name)
    if (field === undefined || !mayEdit(field)) {
      outcome.refused.push({ field: name, name, zh: NOT_YOURS, saw })
      continue
    }
    const refuse = (zh: string, seen: Change['saw'] = saw): void =>
      void outcome.refused.push({ field: name, name: field.name ?? name, zh, saw: seen })
    const now = known.get(name)
    const there = knownOf(field, now)
    const values = value === null ? [] : readFieldValue(field, value)
    if (values === undefined) refuse(`${TAKES[field.type](field)}再保存。`)
    // As it would be kept, a phone in it masked: it is what an earlier try of the same has left there.
    else if (isSame(there, fieldValueOf(field, values) ?? null)) continue
    else if (!isSame(there, saw)) refuse(overtaken(field, now), there)
    else outcome.kept.push({ field, values })
  }
  return outcome
}

/** As a guide reads it; null: nothing is known, or it was told when the field was of another kind. */
export const knownOf = (field: ProfileField, known: KnownField | undefined): contract.FieldValue | null =>
  known === undefined || known.kind !== field.type ? null : (fieldValueOf(field, known.values) ?? null)

const isSame = (a: Change['value'], b: Change['value']): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (value: Change['value']): Change['value'] => (Array.isArray(value) ? [...value].sort() : value)

const NOT_YOURS = '这一项现在改不了：可能刚被运营改掉，或者你的角色不能改。'

/** What to write instead. */
const TAKES: Record<ProfileField['type'], (field: ProfileField) => string> = {
  text: () => `要填 1 到 ${VALUE_CHARS} 个字，改好`,
  number: ({ min, max }) => `要填${rangeOf(min, max)}整数，改好`,
  date: () => '要填一个真有的日子，改好',
  choice: () => '没有这个选项了，请重新选',
  choices: () => '有的选项已经没有了，请重新选',
}
const rangeOf = (min: number | undefined, max: number | undefined): string => {
  if (min !== undefined && max !== undefined) return ` ${min} 到 ${max} 的`
  if (min !== undefined) return `不小于 ${min} 的`
  return max === undefined ? '' : `不大于 ${max} 的`
}

const overtaken = (field: ProfileField, now: KnownField | undefined): string =>
  `刚刚被别处${now === undefined ? '清空了' : `改成了「${fieldValueText(field, now.values)}」`}，这里写的还没保存；再点一次保存就用这里的。`
