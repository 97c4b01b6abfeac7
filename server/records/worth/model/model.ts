import { onceEach } from '../../../core/kernel/once.ts'
import { aliveChance, type BgNbd, type Bought, expectedIfAlive, expectedRepeats, fitBgNbd } from './bg-nbd.ts'
import { expectedMean, fitGammaGamma, type GammaGamma, type Spent } from './gamma-gamma.ts'

/** What is known of one customer; times in days. `…Before`: by the end of the days that the model is tried on, `later`: days
 *  with a purchase since. */
export interface History {
  firstDay: number
  lastDay: number
  days: number
  /** Days after the first on which something was paid that stands, and what. */
  repeatsPaid: number
  repeatFen: number
  daysBefore: number
  lastDayBefore: number
  later: number
}

/** How the trial went: fitted on what was known before, compared with what came after. */
export interface Trial {
  weeks: number
  customers: number
  expected: number
  actual: number
  /** By the number of repeats before: how many a customer was expected to make, and made. */
  chart: { repeats: string; customers: number; expected: number; actual: number }[]
}

/** What could be learned of all customers together. */
export interface Model {
  customers: number
  repeaters: number
  /** Why nobody is reckoned, one Chinese sentence; undefined: they are. */
  refusal: string | undefined
  buying: (BgNbd & { logLikelihood: number }) | undefined
  /** Undefined: what a purchase is worth cannot be said; `noValue` says why. */
  spending: (GammaGamma & { logLikelihood: number }) | undefined
  noValue: string | undefined
  trial: Trial | undefined
}

/** Fewer say too little of how all differ. */
const MIN_CUSTOMERS = 300
const MIN_REPEATERS = 100
/** Shorter than this nobody can be seen to stay away. */
const MIN_WEEKS = 16
/** More of them cost time and teach nothing. */
export const MOST_FITTED = 20_000
/** So much more or less than came is a model of something else. */
const MOST_OFF = 1.5
/** With a stronger relation between how often and for how much, the worth of a purchase cannot be reckoned apart. */
const MOST_RELATED = 0.4
const WEEK = 7

const bought = (repeats: number, lastAt: number, known: number): Bought => ({
  repeats,
  lastAt: lastAt / WEEK,
  known: known / WEEK,
  customers: 1,
})

/** Customers who are alike are counted together. */
function together<One extends { customers: number }>(all: readonly One[], keyOf: (one: One) => string): One[] {
  const found = new Map<string, One>()
  for (const one of all) {
    const key = keyOf(one)
    const same = found.get(key)
    if (same === undefined) found.set(key, { ...one })
    else same.customers += one.customers
  }
  return [...found.values()]
}

const alike = (all: readonly Bought[]): Bought[] =>
  together(all, ({ repeats, lastAt, known }) => `${repeats} ${lastAt} ${known}`)

/** From when on the trial looks: a third of the time that is known, at most ninety days. */
export const trialDays = (firstDay: number, today: number): number => Math.min(90, Math.floor((today - firstDay) / 3))

/** Learns from these customers, or says why that would be no knowledge. `cut`: the first day of the trial. */
export async function learn(
  histories: readonly History[],
  { today, cut }: { today: number; cut: number },
): Promise<Model> {
  const repeaters = histories.filter(({ days }) => days > 1).length
  const begins = histories.reduce((first, { firstDay }) => Math.min(first, firstDay), today)
  const common = { customers: histories.length, repeaters }
  const none = { buying: undefined, spending: undefined, noValue: undefined, trial: undefined }
  const refuse = (refusal: string, trial?: Trial): Model => ({ ...common, ...none, trial, refusal })
  if (histories.length < MIN_CUSTOMERS || repeaters < MIN_REPEATERS) {
    return refuse(
      `数据太少：付过款的客户 ${histories.length} 位（至少 ${MIN_CUSTOMERS}），买过两天以上的 ${repeaters} 位（至少 ${MIN_REPEATERS}）`,
    )
  }
  const weeks = Math.floor((today - begins) / WEEK)
  if (weeks < MIN_WEEKS) return refuse(`时间太短：第一单到今天 ${weeks} 周，至少 ${MIN_WEEKS} 周`)
  const trial = await tryOut(histories, { today, cut })
  if (trial === undefined) return refuse('试算没有收敛：购买记录不像会流失的老客')
  if (trial.expected > trial.actual * MOST_OFF || trial.actual > trial.expected * MOST_OFF) {
    const told = `最近 ${trial.weeks} 周估计 ${Math.round(trial.expected)} 次，实际 ${trial.actual} 次`
    return refuse(`试算不准：${told}。多半有大促、涨价或换了卖法，和以前不一样`, trial)
  }
  const all = histories.map(({ days, firstDay, lastDay }) => bought(days - 1, lastDay - firstDay, today - firstDay))
  const { parameters, logLikelihood, isSettled } = await fitBgNbd(alike(all))
  if (!isSettled) return refuse('没有收敛：购买记录不像会流失的老客', trial)
  const worth = await spendingOf(histories)
  return { ...common, refusal: undefined, buying: { ...parameters, logLikelihood }, trial, ...worth }
}

async function tryOut(
  histories: readonly History[],
  { today, cut }: { today: number; cut: number },
): Promise<Trial | undefined> {
  const before = histories.filter(({ firstDay }) => firstDay < cut)
  const known = before.map((one) => ({
    ...bought(one.daysBefore - 1, one.lastDayBefore - one.firstDay, cut - 1 - one.firstDay),
    later: one.later,
  }))
  if (known.length < MIN_CUSTOMERS / 2) return undefined
  const { parameters, isSettled } = await fitBgNbd(alike(known.map(({ later: _, ...one }) => one)))
  if (!isSettled) return undefined
  const weeks = (today - cut + 1) / WEEK
  const rows = new Map<number, { customers: number; expected: number; actual: number }>()
  for (const one of known) {
    const bin = Math.min(7, one.repeats)
    const row = rows.get(bin) ?? { customers: 0, expected: 0, actual: 0 }
    row.customers += 1
    row.expected += expectedRepeats(one, weeks, parameters)
    row.actual += one.later
    rows.set(bin, row)
  }
  const bins = [...rows].sort(([a], [b]) => a - b)
  const sum = (of: 'expected' | 'actual'): number => bins.reduce((total, [, row]) => total + row[of], 0)
  return {
    weeks: Math.round(weeks),
    customers: known.length,
    expected: sum('expected'),
    actual: sum('actual'),
    chart: bins.map(([bin, { customers, expected, actual }]) => ({
      ...{ repeats: bin === 7 ? '7+' : String(bin), customers },
      ...{ expected: expected / customers, actual: actual / customers },
    })),
  }
}

async function spendingOf(histories: readonly History[]): Promise<Pick<Model, 'spending' | 'noValue'>> {
  const none = (noValue: string) => ({ spending: undefined, noValue })
  const spent = histories.flatMap(({ repeatsPaid, repeatFen }): Spent[] =>
    repeatsPaid === 0 ? [] : [{ purchases: repeatsPaid, mean: repeatFen / 100 / repeatsPaid, customers: 1 }],
  )
  if (spent.length < MIN_REPEATERS) return none('复购太少，一次值多少说不准')
  const related = correlation(spent.map(({ purchases, mean }) => [purchases, mean]))
  if (Math.abs(related) > MOST_RELATED)
    return none(`买得多的人一次花的钱也不一样（相关 ${related.toFixed(2)}），不能分开算`)
  const { parameters, logLikelihood, isSettled } = await fitGammaGamma(
    together(spent, ({ purchases, mean }) => `${purchases} ${mean}`),
  )
  if (!isSettled || parameters.q <= 1) return none('金额差得太多，一次值多少说不准')
  return { spending: { ...parameters, logLikelihood }, noValue: undefined }
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (of: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[of], 0) / pairs.length
  const [x, y] = [mean(0), mean(1)]
  let [xy, xx, yy] = [0, 0, 0]
  for (const [a, b] of pairs) {
    xy += (a - x) * (b - y)
    xx += (a - x) ** 2
    yy += (b - y) ** 2
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy)
}

export interface Reckoned {
  alivePercent: number | null
  orders90Hundredths: number
  value90Fen: number | null
}

const HORIZON_WEEKS = 90 / WEEK

/** What a customer is likely to buy in ninety days; undefined where the model says nothing. What is dear to reckon is the same
 *  for many, and reckoned once. */
export function createReckon({ buying, spending }: Model, today: number): (one: History) => Reckoned | undefined {
  if (buying === undefined) return () => undefined
  const ifAlive = onceEach((days: number) =>
    onceEach((firstDay: number) => expectedIfAlive(bought(days - 1, 0, today - firstDay), HORIZON_WEEKS, buying)),
  )
  return ({ days, firstDay, lastDay, repeatsPaid, repeatFen }) => {
    const alive = aliveChance(bought(days - 1, lastDay - firstDay, today - firstDay), buying)
    const orders = ifAlive(days)(firstDay) * alive
    const mean = repeatsPaid === 0 ? 0 : repeatFen / 100 / repeatsPaid
    const each = spending === undefined ? undefined : expectedMean({ purchases: repeatsPaid, mean }, spending)
    return {
      alivePercent: days > 1 ? Math.round(100 * alive) : null,
      orders90Hundredths: Math.round(100 * orders),
      value90Fen: each === undefined ? null : 100 * Math.round(orders * each),
    }
  }
}
