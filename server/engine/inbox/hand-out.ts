import { isDeadlock } from '../../core/db/deadlock.ts'
import type { Tx } from '../../core/db/tx.ts'
import { codeOf, describeError } from '../../core/kernel/app-error.ts'
import { checkedBy } from '../../core/kernel/checked-by.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import type { StoredEvent } from './event-kind.ts'
import type { EventRow } from './event-queue.ts'
import type { Subscription, Turn } from './subscription.ts'
import { wavesOf } from './waves.ts'

/** An id that is longer than its column, or none where one must be: told once, not tried for hours. */
const WILL_NEVER_FIT = new Set(['db.too-long', 'db.is-null'])

/** What came of one event in this pass. */
export interface Ended {
  row: EventRow
  /** Names of the subscriptions that need not be asked again. */
  done: string[]
  faults: string[]
  /** Another try may fare better. */
  mayMend: boolean
  /** Only the urgent ones were asked. */
  isLeft: boolean
  /** Nobody listens to it. */
  isKept: boolean
}

/** An event on its way to those who listen. */
interface UnderWay {
  row: EventRow
  payload: unknown
  /** In the order in which they were named. */
  toAsk: Subscription[]
  turn: Turn
  done: Set<string>
  isLeft: boolean
  isKept: boolean
  faults: string[]
  mayMend: boolean
}

/** Brings events to those who listen to their kinds, in the order in which they were named. */
export function createHandOut(subscriptions: readonly Subscription[], log: Logger) {
  const inOrder = [...subscriptions].sort((a, b) => Number(b.isFirst === true) - Number(a.isFirst === true))
  const byKind = groupBy(inOrder, ({ kind }) => kind.kind)

  function begin(row: EventRow, onlyUrgent: boolean): UnderWay {
    const done = new Set<string>(JSON.parse(row.done_subscriptions ?? '[]') as string[])
    const interested = byKind.get(row.kind) ?? []
    const urgent = onlyUrgent ? interested.filter((subscription) => subscription.isUrgent?.() === true) : []
    const now = urgent.length > 0 ? urgent : interested
    const waiting = (those: Subscription[]): Subscription[] => those.filter(({ name }) => !done.has(name))
    const one: UnderWay = {
      row,
      payload: JSON.parse(row.payload) as unknown,
      toAsk: waiting(now),
      turn: {
        isUrgent: onlyUrgent,
        allAtOnce: () => {
          one.toAsk = waiting(interested)
          one.isLeft = false
        },
      },
      done,
      isLeft: now.length < interested.length,
      isKept: interested.length === 0,
      faults: [],
      mayMend: false,
    }
    return one
  }

  async function bring(tx: Tx, subscription: Subscription, one: UnderWay): Promise<void> {
    const { row, payload, turn } = one
    const event: StoredEvent = {
      id: row.id,
      dedupeKey: row.dedupe_key,
      kind: row.kind,
      eventAtMs: row.event_at,
      receivedAtMs: row.received_at,
      payload: checkedBy(subscription.kind.schema, payload),
    }
    await subscription.handle(tx, event, turn)
  }

  /** One after the other, each with a savepoint of its own. */
  async function bringWithCare(tx: Tx, one: UnderWay): Promise<void> {
    const tried = new Set<Subscription>()
    for (;;) {
      // Anew each time: one of them may have called for all, those before it too.
      const subscription = one.toAsk.find((next) => !tried.has(next))
      if (subscription === undefined) return
      tried.add(subscription)
      try {
        await tx.savepoint(() => bring(tx, subscription, one))
        // Not before: what it has put off until then may have failed.
        one.done.add(subscription.name)
      } catch (error) {
        if (isDeadlock(error)) throw error
        if (!WILL_NEVER_FIT.has(codeOf(error))) one.mayMend = true
        // The event is tried again in this lane until it is given up: the others shall not go down with it.
        one.turn.allAtOnce()
        const { name } = subscription
        one.faults.push(`${name}: ${describeError(error)}`)
        const { id: eventId, kind } = one.row
        log.warn({ eventId, kind, subscription: name, err: describeError(error) }, 'subscription failed')
      }
    }
  }

  /** All of one kind and about different customers. */
  async function bringWave(tx: Tx, wave: readonly UnderWay[]): Promise<void> {
    const asked = wave.map((one) => ({ one, tried: new Set<Subscription>() }))
    const inOrder = byKind.get(wave[0]?.row.kind ?? '') ?? []
    for (;;) {
      const isNext = (next: Subscription) => (of: (typeof asked)[number]) =>
        of.one.toAsk.includes(next) && !of.tried.has(next)
      const subscription = inOrder.find((next) => asked.some(isNext(next)))
      if (subscription === undefined) return
      const theirs = asked.filter(isNext(subscription))
      for (const { tried } of theirs) tried.add(subscription)
      const those = theirs.map(({ one }) => one)
      if (subscription.sideBySide === true && those.length > 1) {
        await tx.sideBySide(those.map((one) => (own) => bring(own, subscription, one)))
      } else {
        for (const one of those) await bring(tx, subscription, one)
      }
      for (const one of those) one.done.add(subscription.name)
    }
  }

  /** `onlyUrgent`: when some are in a hurry, the others come later. Careful: each with a savepoint of its own; otherwise
   *  throws when one fails. Gives them in the order in which they came. */
  async function handOut(
    tx: Tx,
    rows: readonly EventRow[],
    how: { onlyUrgent: boolean; careful: boolean },
  ): Promise<Ended[]> {
    const events = rows.map((row) => begin(row, how.onlyUrgent))
    if (how.careful) for (const one of events) await bringWithCare(tx, one)
    else for (const wave of wavesOf(events)) await bringWave(tx, wave)
    return events.map(({ row, done, faults, mayMend, isLeft, isKept }) => ({
      row,
      done: [...done],
      faults,
      mayMend,
      isLeft,
      isKept,
    }))
  }

  return { handOut, isHandled: (kind: string): boolean => byKind.has(kind) }
}
