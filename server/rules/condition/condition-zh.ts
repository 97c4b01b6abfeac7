import type { Condition, FactTest } from '../schema/condition.ts'
import type { FactShape, FactType } from './fact.ts'
import { shapeAt } from './narrowed.ts'

/** A condition in plain Chinese, for explanations: `来源渠道是包裹卡，已付款订单数至少 1`. */
export function conditionZh(condition: Condition, shapes: readonly FactShape[]): string {
  switch (condition.kind) {
    case 'all':
      return condition.of.length === 0 ? '所有人' : condition.of.map((part) => inside(part, shapes)).join('，')
    case 'any':
      return condition.of.map((part) => inside(part, shapes)).join(' 或 ')
    case 'not':
      return `不是（${conditionZh(condition.of, shapes)}）`
    case 'test': {
      const shape = shapeAt(shapes, condition.path)
      const name = shape?.zh ?? condition.path
      return testZh(name, condition.test, shape?.type ?? 'text')
    }
  }
}

function inside(part: Condition, shapes: readonly FactShape[]): string {
  const text = conditionZh(part, shapes)
  return (part.kind === 'any' || part.kind === 'all') && part.of.length > 1 ? `（${text}）` : text
}

function testZh(name: string, test: FactTest, type: FactType): string {
  const show = (value: unknown): string =>
    type === 'money' ? ` ${Number(value) / 100} 元` : type === 'number' ? ` ${String(value)}` : String(value)
  const list = (values: readonly unknown[]): string => values.map((value) => show(value).trim()).join('、')
  const parts: string[] = []
  if (type === 'flag') {
    const wanted = test.eq ?? (test.ne === undefined ? undefined : !test.ne)
    if (wanted !== undefined) parts.push(wanted === true ? name : `不是「${name}」`)
  } else {
    if (test.eq !== undefined) parts.push(`${name}是${show(test.eq)}`)
    if (test.ne !== undefined) parts.push(`${name}不是${show(test.ne)}`)
  }
  if (test.gt !== undefined) parts.push(`${name}多于${show(test.gt)}`)
  if (test.gte !== undefined) parts.push(`${name}至少${show(test.gte)}`)
  if (test.lt !== undefined) parts.push(`${name}少于${show(test.lt)}`)
  if (test.lte !== undefined) parts.push(`${name}最多${show(test.lte)}`)
  if (test.in !== undefined) parts.push(`${name}是 ${list(test.in)} 之一`)
  if (test.notIn !== undefined) parts.push(`${name}不是 ${list(test.notIn)}`)
  if (test.any !== undefined) parts.push(`${name}里有 ${list(test.any)}${test.any.length > 1 ? ' 之一' : ''}`)
  if (test.all !== undefined) parts.push(`${name}里有 ${list(test.all)}`)
  if (test.none !== undefined) parts.push(`${name}里没有 ${list(test.none)}`)
  if (test.known !== undefined) parts.push(test.known ? `知道${name}` : `不知道${name}`)
  return parts.join('，')
}
