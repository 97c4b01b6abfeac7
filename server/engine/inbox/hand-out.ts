import Value from 'typebox/value'
import { isDeadlock } from '../../core/db/deadlock.ts'
import type { Tx } from '../../core/db/tx.ts'
import { codeOf, describeError } from '../../core/kernel/app-error.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import type { StoredEvent } from './event-kind.ts'
import type { EventRow } from './event-queue.ts'
import type { Subscription } from './subscription.ts'

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

/** A subscription failed in a pass without savepoints: the pass is undone and made again, with them. */
export class PassSpoiled extends Error {}

/** Brings one event to those who listen to its kind, in the order in which they were named. */
export function createHandOut(subscriptions: readonly Subscription[], log: Logger) {
  const byKind = groupBy(subscriptions, ({ kind }) => kind.kind)

  async function bring(tx: Tx, subscription: Subscription, row: EventRow, payload: unknown): Promise<void> {
    const event: StoredEvent = {
      id: row.id,
      dedupeKey: row.dedupe_key,
      kind: row.kind,
      eventAtMs: row.event_at,
      receivedAtMs: row.received_at,
      payload: Value.Parse(subscription.kind.schema, payload),
    }
    await subscription.handle(tx, event)
  }

  /** `onlyUrgent`: when some are in a hurry, the others come later. Careful: each with a savepoint of its own; otherwise
   *  throws `PassSpoiled` when one fails. */
  async function handOut(tx: Tx, row: EventRow, how: { onlyUrgent: boolean; careful: boolean }): Promise<Ended> {
    const done = new Set<string>(JSON.parse(row.done_subscriptions ?? '[]') as string[])
    const interested = byKind.get(row.kind) ?? []
    const urgent = how.onlyUrgent ? interested.filter((subscription) => subscription.isUrgent?.() === true) : []
    const now = urgent.length > 0 ? urgent : interested
    const faults: string[] = []
    let mayMend = false
    const payload: unknown = JSON.parse(row.payload)
    for (const subscription of now) {
      if (done.has(subscription.name)) continue
      const handle = (): Promise<void> => bring(tx, subscription, row, payload)
      try {
        await (how.careful ? tx.savepoint(handle) : handle())
        done.add(subscription.name)
      } catch (error) {
        if (isDeadlock(error)) throw error
        if (!how.careful) throw new PassSpoiled()
        if (!WILL_NEVER_FIT.has(codeOf(error))) mayMend = true
        const { name } = subscription
        faults.push(`${name}: ${describeError(error)}`)
        log.warn(
          { eventId: row.id, kind: row.kind, subscription: name, err: describeError(error) },
          'subscription failed',
        )
      }
    }
    const isLeft = now.length < interested.length
    return { row, done: [...done], faults, mayMend, isLeft, isKept: interested.length === 0 }
  }

  return { handOut, isHandled: (kind: string): boolean => byKind.has(kind) }
}
