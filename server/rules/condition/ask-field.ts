import type { FactTest } from '../schema/condition.ts'
import type { ConditionFault } from './condition-fault.ts'
import { didYouMean } from './did-you-mean.ts'
import { parseFactTest } from './fact-test.ts'
import { type AskedField, fieldPath, typeAsked, typeWritten } from './profile-path.ts'

type Asked = { path: string; test: FactTest; faults: [] } | { test?: undefined; faults: ConditionFault[] }

/** What a rule asks of a field of profile.yaml. `fields` undefined: the rule was checked before, and is taken at its word. */
export function askField({
  name,
  value,
  fields,
}: {
  name: string
  value: unknown
  fields: readonly AskedField[] | undefined
}): Asked {
  const declared = fields?.find(({ field }) => field === name)
  if (fields !== undefined && declared?.isFact !== true) return { faults: [notAsked(name, declared, fields)] }
  const type = declared?.type ?? typeWritten(value)
  if (type === 'set' && typeof value !== 'object') {
    const message = `「${name}」可以选几个，要写怎么比`
    return { faults: [{ at: [], message, suggestion: `写成 { any: [${String(value)}] }` }] }
  }
  const { test, faults } = parseFactTest({ path: name, zh: declared?.zh ?? name, type }, value)
  if (test === undefined) return { faults }
  const odd = declared === undefined ? [] : oddValues(test, declared)
  return odd.length > 0 ? { faults: odd } : { path: fieldPath(typeAsked(test), name), test, faults: [] }
}

function notAsked(name: string, declared: AskedField | undefined, fields: readonly AskedField[]): ConditionFault {
  if (declared !== undefined) {
    return {
      at: [],
      message: `资料「${name}」没有开放给规则`,
      suggestion: '在 profile.yaml 里给它写 fact: true',
      key: true,
    }
  }
  const open = fields.filter(({ isFact }) => isFact).map(({ field }) => field)
  const meant = didYouMean(name, open)
  const suggestion =
    meant !== undefined
      ? `是不是想写 profile.${meant}`
      : open.length === 0
        ? '先在 profile.yaml 里加上，写 fact: true'
        : `能用的有 ${open.map((field) => `profile.${field}`).join('、')}`
  return { at: [], message: `客户资料里没有「${name}」`, suggestion, key: true }
}

/** Values that nobody can ever have. */
function oddValues(test: FactTest, { field, options }: AskedField): ConditionFault[] {
  if (options === undefined) return []
  return Object.entries(test).flatMap(([operator, operand]) =>
    [operand].flat().flatMap((value: unknown, place) => {
      if (typeof value !== 'string' || options.includes(value)) return []
      const meant = didYouMean(value, options)
      const suggestion = meant === undefined ? `能选的有 ${options.join('、')}` : `是不是想写 ${meant}`
      const at = Array.isArray(operand) ? [operator, place] : []
      return [{ at, message: `「${field}」里没有「${value}」这一项`, suggestion }]
    }),
  )
}
