import { UNREHEARSED_TRIGGERS } from '../../capabilities/events.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import type { EntryFigure, StepFigure } from '../../operations/sop/explain/sop-figures.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { eventNameOf } from '../../rules/schema/sop-event.ts'
import { isEventTrigger } from '../../rules/schema/sop-trigger.ts'
import { type BacktestOptions, rehearseBacktest } from './rehearse-backtest.ts'

/** What a journey that an event begins would have done in the days just past. */
interface SopArrivals {
  sop: string
  /** False: no event of its kind can be told again, so nothing is known. */
  isKnown: boolean
  entered: EntryFigure[]
  /** Of those who entered in these days, each within these days. */
  steps: StepFigure[]
  /** How often somebody met the trigger and was not let in, by why. */
  refused: Map<string, number>
}

export interface Arrivals {
  fromMs: number
  toMs: number
  /** How many of the days there is a record of; a fraction when it began later than the days did. */
  recordedDays: number
  /** What figures of these days must be multiplied by to stand for as many days as were asked for. */
  factor: number
  /** How many events were told again. */
  events: number
  sops: SopArrivals[]
}

/** With less on record nothing is said. */
const LEAST_DAYS = 1

/** When the first event still on record came; undefined: there is none. */
export async function recordedSince(view: ReadTx): Promise<number | undefined> {
  // Ids are given in the order of coming: no index leads to the instant itself.
  const first = await view.row(
    sql`SELECT ${pick(INBOUND_EVENT, 'received_at')} FROM ${INBOUND_EVENT} ORDER BY ${INBOUND_EVENT.id} LIMIT 1`,
  )
  return first?.received_at
}

/** Plays the last days once more under the rules of `book`, to see what those bring who come by an event: an estimate, as
 *  if the same people came again. Undefined when no journey begins so, or less than a day is on record. The scratch
 *  database is used up. */
export async function estimateArrivals(
  options: BacktestOptions & { recordedSinceMs: number | undefined },
): Promise<Arrivals | undefined> {
  const { book, fromMs, toMs, recordedSinceMs = toMs } = options
  const days = (toMs - fromMs) / DAY_MS
  const recordedDays = Math.min(days, (toMs - recordedSinceMs) / DAY_MS)
  if (recordedDays < LEAST_DAYS || !hasArrivals(book)) return undefined
  const { entries, steps, verdicts } = await rehearseBacktest(options)
  const sops = [...book.sops.values()].flatMap(({ name, value }): SopArrivals[] => {
    if (value.enabled === false || !isEventTrigger(value.trigger)) return []
    const entered = entries.filter((entry) => entry.sop === name && entry.enteredAtMs > fromMs)
    const ids = new Set(entered.map((entry) => entry.id))
    const refused = new Map<string, number>()
    for (const verdict of verdicts) {
      if (verdict.sop !== name || verdict.refused === undefined) continue
      const why = verdict.refused.inShort
      refused.set(why, (refused.get(why) ?? 0) + 1)
    }
    return [
      {
        sop: name,
        isKnown: !UNREHEARSED_TRIGGERS.has(eventNameOf(value.trigger)),
        entered,
        steps: steps.filter((step) => ids.has(step.entryId)),
        refused,
      },
    ]
  })
  return { fromMs, toMs, recordedDays, factor: days / recordedDays, events: options.events.replayed.length, sops }
}

export const hasArrivals = (book: RuleBook): boolean =>
  [...book.sops.values()].some(({ value }) => value.enabled !== false && isEventTrigger(value.trigger))
