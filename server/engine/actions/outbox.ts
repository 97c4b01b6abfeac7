import type { Static, TSchema } from 'typebox'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { checkedBy } from '../../core/kernel/checked-by.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { type ActionKind, LANES, type Lane } from './action-kind.ts'
import { ACTION } from './action-tables.ts'

interface EnqueueOptions<Payload> {
  /** Once per reason; ≤190 characters. */
  key: string
  payload: Payload
  reason: Reason
  externalUserId?: string
  userId?: string
  /** Default: the kind's own lane. */
  lane?: Lane
  /** UTC milliseconds; default now. */
  dueAtMs?: number
  /** UTC milliseconds; after this it is worthless and ends as `expired`. */
  expiresAtMs?: number
}

/** The way out: an intent becomes a durable row in the caller's transaction; the runner carries it out. */
export interface Outbox {
  /** Changes nothing when an action with this key exists already. Throws on a payload that breaks the schema. */
  enqueue<Schema extends TSchema>(
    tx: Tx,
    kind: ActionKind<Schema>,
    options: EnqueueOptions<Static<Schema>>,
  ): Promise<void>
  /** Many of one kind at once; gives the keys of those that are new. Two transactions that enqueue the same keys at the
   *  same instant may both be told so, though only one row is made. */
  enqueueAll<Schema extends TSchema>(
    tx: Tx,
    kind: ActionKind<Schema>,
    options: EnqueueOptions<Static<Schema>>[],
  ): Promise<Set<string>>
  /** Takes back an action that nobody has begun; true when it was still waiting. */
  withdraw(tx: Tx, key: string, why: string): Promise<boolean>
  /** Removes what was done of these kinds under keys that begin so: small steps of a larger work whose outcome is kept
   *  elsewhere. What ended without success stays for people to look at. */
  forgetDone(tx: Tx, kinds: ActionKind[], keyPrefix: string): Promise<void>
  /** A member's userid has changed: whatever is not done yet is done under the new one, all of it with this transaction, so
   *  that nothing can be begun under a userid that is nobody's or by now somebody else's. Safe to repeat. */
  readdress(tx: Tx, oldUserId: string, newUserId: string): Promise<void>
}

const CHUNK = 500

/** A prefix that means itself in LIKE … ESCAPE '!'. */
const plainForLike = (prefix: string): string => prefix.replaceAll(/[!%_]/g, '!$&')

export function createOutbox({ clock, nudge }: { clock: Clock; nudge: (lane: Lane) => void }): Outbox {
  const toRow = <Schema extends TSchema>(
    kind: ActionKind<Schema>,
    options: EnqueueOptions<Static<Schema>>,
    nowMs: number,
  ): NewRowOf<typeof ACTION> => ({
    dedupe_key: options.key,
    kind: kind.kind,
    lane: LANES.indexOf(options.lane ?? kind.lane),
    payload: JSON.stringify(checkedBy(kind.schema, options.payload)),
    reason: JSON.stringify(options.reason),
    external_userid: options.externalUserId ?? null,
    userid: options.userId ?? null,
    state: 'waiting',
    due_at: options.dueAtMs ?? nowMs,
    expires_at: options.expiresAtMs ?? null,
    created_at: nowMs,
  })

  /** Looking once too often harms nobody. */
  const nudgeFor = (tx: Tx, kind: ActionKind, { dueAtMs, lane }: Pick<EnqueueOptions<unknown>, 'dueAtMs' | 'lane'>) => {
    const now = clock.now()
    if ((dueAtMs ?? now) <= now) tx.afterCommit(() => nudge(lane ?? kind.lane))
  }

  return {
    enqueue: async (tx, kind, options) => {
      await tx.insertLater(ACTION, [toRow(kind, options, clock.now())])
      nudgeFor(tx, kind, options)
    },
    enqueueAll: async (tx, kind, all) => {
      const [one, ...more] = all
      if (one === undefined) return new Set()
      // The database itself says whether a single one is new.
      if (more.length === 0) {
        if ((await tx.insertIgnore(ACTION, [toRow(kind, one, clock.now())])) === 0) return new Set()
        nudgeFor(tx, kind, one)
        return new Set([one.key])
      }
      const now = clock.now()
      const known = new Set<string>()
      for (let at = 0; at < all.length; at += CHUNK) {
        const keys = all.slice(at, at + CHUNK).map((one) => one.key)
        const rows = await tx.rows(
          sql`SELECT ${pick(ACTION, 'dedupe_key')} FROM ${ACTION} WHERE ${ACTION.dedupe_key} IN ${list(keys)}`,
        )
        for (const row of rows) known.add(row.dedupe_key)
      }
      const fresh = all.filter((one) => !known.has(one.key))
      if (fresh.length > 0) {
        await tx.insertIgnore(
          ACTION,
          fresh.map((one) => toRow(kind, one, now)),
        )
      }
      for (const lane of new Set(
        fresh.filter((one) => (one.dueAtMs ?? now) <= now).map((one) => one.lane ?? kind.lane),
      ))
        tx.afterCommit(() => nudge(lane))
      return new Set(fresh.map((one) => one.key))
    },
    forgetDone: async (tx, kinds, keyPrefix) => {
      await tx.run(
        sql`DELETE FROM ${ACTION} WHERE ${ACTION.kind} IN ${list(kinds.map((kind) => kind.kind))}
              AND ${ACTION.state} = 'done' AND ${ACTION.dedupe_key} LIKE ${`${plainForLike(keyPrefix)}%`} ESCAPE '!'`,
      )
    },
    withdraw: async (tx, key, why) => {
      const ended = set(ACTION, { state: 'failed', last_error: why, finished_at: clock.now() })
      const changed = await tx.run(
        sql`UPDATE ${ACTION} SET ${ended} WHERE ${ACTION.dedupe_key} = ${key} AND ${ACTION.state} = 'waiting'`,
      )
      return changed > 0
    },
    readdress: async (tx, oldUserId, newUserId) => {
      // Found in the index alone and changed by their ids: an UPDATE that looks for them itself walks the table on MariaDB.
      const open = await tx.rows(
        sql`SELECT ${pick(ACTION, 'id')} FROM ${ACTION}
            WHERE ${ACTION.state} IN ('waiting', 'running') AND ${ACTION.userid} = ${oldUserId}`,
      )
      for (let at = 0; at < open.length; at += CHUNK) {
        await tx.run(
          sql`UPDATE ${ACTION} SET ${ACTION.userid} = ${newUserId},
                ${ACTION.payload} = JSON_REPLACE(${ACTION.payload}, '$.userId', ${newUserId})
              WHERE ${ACTION.id} IN ${list(open.slice(at, at + CHUNK).map(({ id }) => id))}`,
        )
      }
    },
  }
}
