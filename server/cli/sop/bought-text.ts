import { ALPHA } from '../../operations/sop/experiments/drawn-evidence.ts'
import {
  type MeanDifference,
  MIN_BUYERS,
  meanDifference,
  spentBy,
} from '../../operations/sop/experiments/mean-difference.ts'

/** What one person of a comparison has paid, refunds left out. */
export interface Bought {
  arm: string
  count: number
  sumFen: number
}

/** An arm (b) beside the first one (a). */
export interface BoughtBy {
  arm: string
  orders: MeanDifference
  fen: MeanDifference
}

/** Of each person, every arm beside the first one; arms in which is nobody are left out. With several of them each interval is as
 *  much wider as all of them together shall hold. */
export async function boughtBy(people: AsyncIterable<Bought>, arms: readonly string[]): Promise<BoughtBy[]> {
  const spent = new Map(arms.map((arm) => [arm, { orders: [] as number[], fen: [] as number[] }]))
  for await (const { arm, count, sumFen } of people) {
    const own = spent.get(arm)
    own?.orders.push(count)
    own?.fen.push(Math.max(0, sumFen))
  }
  const [first, ...others] = [...spent].filter(([, { orders }]) => orders.length > 0)
  if (first === undefined || first[0] !== arms[0]) return []
  const alpha = ALPHA / Math.max(1, arms.length - 1)
  return others.map(([arm, own]) => {
    const compared = (of: 'orders' | 'fen'): MeanDifference =>
      meanDifference(spentBy(first[1][of]), spentBy(own[of]), alpha)
    return { arm, orders: compared('orders'), fen: compared('fen') }
  })
}

/** `first`: what those of the first arm are called. */
export const boughtLines = (bought: readonly BoughtBy[], first: string): string[] =>
  bought.flatMap(({ arm, orders, fen }) => [
    `  每人订单：${lineOf(orders, { first, arm, unit: '单', show: (value) => value.toFixed(2) })}`,
    `  每人金额：${lineOf(fen, { first, arm, unit: '元', show: (value) => (value / 100).toFixed(2) })}`,
  ])

function lineOf(
  { a, b, difference, interval, cap }: MeanDifference,
  { first, arm, unit, show }: { first: string; arm: string; unit: string; show: (value: number) => string },
): string {
  const means = `${first} ${show(a)} ${unit}，${arm} ${show(b)} ${unit}，差 ${show(difference)} ${unit}`
  const limit = cap === undefined ? '' : `；一位最多按 ${show(cap)} ${unit}算，免得一两位大户说了算`
  if (interval === undefined) return `${means}（每组买过的不到 ${MIN_BUYERS} 人，先不给区间${limit}）`
  const { low, high } = interval
  const what = low > 0 ? '，多了' : high < 0 ? '，少了' : ''
  return `${means}（真实的差在 ${show(low)} 到 ${show(high)} ${unit}之间${what}；任何时候看都算数${limit}）`
}
