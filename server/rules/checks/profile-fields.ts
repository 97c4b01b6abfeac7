import type { Draft } from '../files/draft.ts'
import type { ProfileField, ProfileRules } from '../schema/profile-rules.ts'
import { checkDoubles } from './check-context.ts'

const MOST_REQUIRED = 3

export function checkProfileFields(files: Draft<ProfileRules>[]): void {
  for (const draft of files) {
    const { fields } = draft.value
    const first = new Map<string, number>()
    for (const [index, field] of fields.entries()) {
      const at = ['fields', index]
      const earlier = first.get(field.field)
      if (earlier === undefined) first.set(field.field, index)
      else draft.fault([...at, 'field'], `字段「${field.field}」和第 ${earlier + 1} 项重名`, '换一个名字，或者删掉一个')
      if (!draft.isLeftOut([...at, 'type'])) {
        checkOptions(draft, at, field)
        checkNumber(draft, at, field)
      }
      checkWho(draft, at, field)
    }
    const required = fields.flatMap(({ required: isRequired }, index) => (isRequired === true ? [index] : []))
    for (const index of required.slice(MOST_REQUIRED)) {
      draft.fault(
        ['fields', index, 'required'],
        `必问的字段最多 ${MOST_REQUIRED} 个，这是第 ${required.indexOf(index) + 1} 个`,
        '再多导购就不问了：留最要紧的三个',
      )
    }
  }
}

function checkOptions(draft: Draft<ProfileRules>, at: (string | number)[], { type, options }: ProfileField): void {
  const isChoice = type === 'choice' || type === 'choices'
  if (isChoice && options === undefined && !draft.isLeftOut([...at, 'options'])) {
    draft.fault([...at, 'type'], `type: ${type} 要写能选哪些`, '加上 options: [一种, 另一种]')
  }
  if (!isChoice && options !== undefined) {
    draft.fault([...at, 'options'], `type: ${type} 不用写 options`, '删掉 options，或者改成 choice、choices', 'key')
  }
  checkDoubles(draft, [...at, 'options'], options)
}

function checkNumber(draft: Draft<ProfileRules>, at: (string | number)[], field: ProfileField): void {
  const { type, min, max } = field
  if (type !== 'number') {
    for (const key of ['unit', 'min', 'max'] as const) {
      if (field[key] !== undefined) draft.fault([...at, key], `只有数字（number）才写 ${key}`, `删掉 ${key}`, 'key')
    }
  } else if (min !== undefined && max !== undefined && min > max) {
    draft.fault([...at, 'min'], `最小 ${min} 比最大 ${max} 还大`, '把两个数对调')
  }
}

/** Who may change what they do not see would write over it. */
function checkWho(draft: Draft<ProfileRules>, at: (string | number)[], { see, edit = [] }: ProfileField): void {
  if (see === undefined || draft.isLeftOut([...at, 'see'])) return
  for (const [place, role] of edit.entries()) {
    if (!see.includes(role))
      draft.fault([...at, 'edit', place], `${role} 看不到这个字段，不能改`, `在 see 里加上 ${role}`)
  }
}
