import { createRewinds } from '../../capabilities/rewinds.ts'
import type { Db } from '../../core/db/db.ts'
import { sql } from '../../core/db/sql.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import type { RecordedEvent } from '../../engine/inbox/rewind.ts'
import type { Verdict } from '../../operations/sop/enter/verdict.ts'
import { type EntryFigure, type StepFigure, sopFigures } from '../../operations/sop/explain/sop-figures.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { openRehearsal, type RehearsalOptions } from './rehearsal.ts'

/** What rules decided in a past that was played once more. */
export interface Backtest {
  entries: EntryFigure[]
  steps: StepFigure[]
  verdicts: Verdict[]
}

export interface BacktestOptions extends Omit<RehearsalOptions, 'nowMs' | 'onVerdicts'> {
  scratch: Db
  book: RuleBook
  fromMs: number
  toMs: number
  /** Since `fromMs`, those that rules caused included. */
  events: { all: RecordedEvent[]; replayed: RecordedEvent[] }
}

/** Turns a copy back to `fromMs` and lives through what was recorded since under the rules of `book`, each event at the
 *  instant at which it came. The scratch database is used up. */
export async function rehearseBacktest({ fromMs, toMs, events, ...options }: BacktestOptions): Promise<Backtest> {
  const { scratch } = options
  const rewinds = createRewinds()
  await scratch.tx(async (tx) => {
    // What is still to be done today was no matter then.
    for (const table of [ACTION, INBOUND_EVENT]) await tx.run(sql`DELETE FROM ${table}`)
    for (const rewind of rewinds) await rewind.turnBack(tx, fromMs, events.all)
  })
  const verdicts: Verdict[] = []
  const rehearsal = await openRehearsal({
    ...options,
    nowMs: fromMs,
    onVerdicts: (some) => void verdicts.push(...some),
  })
  for (const event of events.replayed) {
    await rehearsal.runUntil(event.receivedAtMs)
    await scratch.tx(async (tx) => {
      for (const rewind of rewinds) await rewind.tell?.(tx, event)
      // Throws where its number or key is taken: an event that nobody hears of makes every figure after it false.
      await tx.insert(INBOUND_EVENT, {
        id: event.id,
        dedupe_key: event.dedupeKey,
        kind: event.kind,
        lane: event.lane,
        payload: JSON.stringify(event.payload),
        event_at: event.eventAtMs,
        received_at: event.receivedAtMs,
        state: 'new',
        due_at: event.receivedAtMs,
      })
    })
    await rehearsal.settle()
  }
  await rehearsal.runUntil(toMs)
  return scratch.view(async (view) => ({
    entries: await sopFigures.entries(view, fromMs, toMs),
    steps: await sopFigures.steps(view, fromMs, toMs),
    verdicts,
  }))
}
