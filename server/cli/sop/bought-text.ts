import { type MeanDifference, MIN_BUYERS, meanDifference } from '../../operations/sop/experiments/mean-difference.ts'

/** What one person of a comparison has paid, refunds left out. */
export interface Bought {
  isHeldOut: boolean
  count: number
  sumFen: number
}

export interface BoughtBy {
  orders: MeanDifference
  fen: MeanDifference
}

/** Of each person, held out (a) beside the others (b); undefined while one side has nobody. */
export async function boughtBy(people: AsyncIterable<Bought>): Promise<BoughtBy | undefined> {
  const watched = { orders: [] as number[], fen: [] as number[] }
  const taken = { orders: [] as number[], fen: [] as number[] }
  for await (const { isHeldOut, count, sumFen } of people) {
    const group = isHeldOut ? watched : taken
    group.orders.push(count)
    group.fen.push(Math.max(0, sumFen))
  }
  if (watched.orders.length === 0 || taken.orders.length === 0) return undefined
  const compared = (of: 'orders' | 'fen'): MeanDifference =>
    meanDifference(Float64Array.from(watched[of]), Float64Array.from(taken[of]))
  return { orders: compared('orders'), fen: compared('fen') }
}

/** `others`: what those who were not held out are called. */
export const boughtLines = ({ orders, fen }: BoughtBy, others: string): string[] => [
  `  每人订单：${lineOf(orders, { others, unit: '单', show: (value) => value.toFixed(2) })}`,
  `  每人金额：${lineOf(fen, { others, unit: '元', show: (value) => (value / 100).toFixed(2) })}`,
]

function lineOf(
  { a, b, difference, interval, cap }: MeanDifference,
  { others, unit, show }: { others: string; unit: string; show: (value: number) => string },
): string {
  const means = `对照组 ${show(a)} ${unit}，${others} ${show(b)} ${unit}，差 ${show(difference)} ${unit}`
  const limit = cap === undefined ? '' : `；一位最多按 ${show(cap)} ${unit}算，免得一两位大户说了算`
  if (interval === undefined) return `${means}（每组买过的不到 ${MIN_BUYERS} 人，先不给区间${limit}）`
  const { low, high } = interval
  const what = low > 0 ? '，多了' : high < 0 ? '，少了' : ''
  return `${means}（真实的差在 ${show(low)} 到 ${show(high)} ${unit}之间${what}；任何时候看都算数${limit}）`
}
