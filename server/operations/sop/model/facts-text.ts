import type { FactShape } from '../../../rules/condition/fact.ts'
import { shapeAt } from '../../../rules/condition/narrowed.ts'

/** The facts that decided, in the words people use. Money (fen) is shown in yuan. */
export function factsSeen(
  seen: Record<string, unknown>,
  facts: readonly FactShape[],
): { label: string; value: string }[] {
  return Object.entries(seen).map(([path, value]) => {
    const fact = shapeAt(facts, path)
    return { label: fact?.zh ?? path, value: valueText(value, fact?.type) }
  })
}

/** 「来源渠道 包裹卡，已付款订单数 1」 */
export const factsText = (seen: Record<string, unknown>, facts: readonly FactShape[]): string =>
  factsSeen(seen, facts)
    .map(({ label, value }) => `${label} ${value}`)
    .join('，')

function valueText(value: unknown, type: string | undefined): string {
  if (value === null || value === undefined) return '未知'
  if (Array.isArray(value)) return value.length === 0 ? '无' : value.join('、')
  if (typeof value === 'boolean') return value ? '是' : '否'
  return type === 'money' ? `${Number(value) / 100} 元` : String(value)
}
