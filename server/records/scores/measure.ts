import type { Span } from '../../core/db/span.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { DAY_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { fenOfText } from '../../rules/rfm/fen-of-text.ts'
import { createNaming, stepsOf } from '../../rules/rfm/rfm-names.ts'
import { startOfLastDays } from '../facts/days-since-sql.ts'
import type { Orders } from '../orders/orders.ts'
import type { Measured } from '../orders/purchases-by.ts'
import { type Cuts, type MissingStep, missingSteps, quantileCuts } from './quantiles.ts'

export interface MeasureDeps {
  orders: { queries: Pick<Orders['queries'], 'endOfBuyers' | 'purchasesBy'> }
}

/** One dimension by the values of all who have bought; sorts them. */
export interface CutMade {
  cuts: Cuts
  missing: MissingStep[]
}

const byRank = (values: Float64Array, steps: number): CutMade => {
  const cuts = quantileCuts(values, steps)
  return { cuts, missing: missingSteps(values, cuts) }
}

/** How people are measured as of an instant by the rules in force: `within` gives what they bought, `cut` says from what on there are
 *  how many points. Without rfm.yaml: all time, days with a payment, fifths, no names. */
export function createMeasure({ orders }: MeasureDeps, rfm: RuleBook['rfm'], asOfMs: number) {
  const rule = rfm?.value ?? {}
  const steps = stepsOf(rule)
  const measure = {
    ...rule.orders,
    fromMs: rule.days === undefined ? undefined : startOfLastDays(rule.days, asOfMs),
    since: rule.r?.since ?? 'paid',
    count: rule.f?.count ?? 'days',
  }
  const within = rule.r?.within?.map((days) => startOfShanghaiDay(asOfMs) - days * DAY_MS)
  const fixed = (cuts: Cuts): CutMade => ({ cuts, missing: [] })
  return {
    /** Where a page of so many customers ends, of whom perhaps few are measured; undefined: nobody comes after. */
    endOfPage: (tx: ReadTx, span: Span, limit: number): Promise<string | undefined> =>
      orders.queries.endOfBuyers(tx, span, limit),
    within: (tx: ReadTx, span: Span): Promise<Measured[]> => orders.queries.purchasesBy(tx, measure, span),
    cutR: (values: Float64Array): CutMade => (within === undefined ? byRank(values, steps.r) : fixed(within)),
    cutF: (values: Float64Array): CutMade =>
      rule.f?.from === undefined ? byRank(values, steps.f) : fixed(rule.f.from),
    cutM: (values: Float64Array): CutMade =>
      rule.m?.from === undefined ? byRank(values, steps.m) : fixed(rule.m.from.map(fenOfText)),
    /** Undefined without rfm.yaml. */
    nameOf: rfm === undefined ? undefined : createNaming(rule),
  }
}
export type Measure = ReturnType<typeof createMeasure>
