import type { Static, TSchema } from 'typebox'
import Value from 'typebox/value'
import type { Row, Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { type ActionKind, LANES, type Lane } from './action-kind.ts'

export interface EnqueueOptions<Payload> {
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
  /** True when new, false when an action with this key exists already. Throws on a payload that breaks the schema. */
  enqueue<Schema extends TSchema>(
    tx: Tx,
    kind: ActionKind<Schema>,
    options: EnqueueOptions<Static<Schema>>,
  ): Promise<boolean>
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
  /** A member's userid has changed: what is not done yet is done under the new one. Safe to repeat. */
  readdress(tx: Tx, oldUserId: string, newUserId: string): Promise<void>
}

const CHUNK = 500

export function createOutbox({ clock, nudge }: { clock: Clock; nudge: (lane: Lane) => void }): Outbox {
  const toRow = <Schema extends TSchema>(
    kind: ActionKind<Schema>,
    options: EnqueueOptions<Static<Schema>>,
    nowMs: number,
  ): Row => ({
    dedupe_key: options.key,
    kind: kind.kind,
    lane: LANES.indexOf(options.lane ?? kind.lane),
    payload: JSON.stringify(Value.Parse(kind.schema, options.payload)),
    reason: JSON.stringify(options.reason),
    external_userid: options.externalUserId ?? null,
    userid: options.userId ?? null,
    state: 'waiting',
    due_at: options.dueAtMs ?? nowMs,
    expires_at: options.expiresAtMs ?? null,
    created_at: nowMs,
  })

  const enqueue: Outbox['enqueue'] = async (tx, kind, options) => {
    const now = clock.now()
    const inserted = await tx.insertIgnore('action', [toRow(kind, options, now)])
    if (inserted > 0 && (options.dueAtMs ?? now) <= now) tx.afterCommit(() => nudge(options.lane ?? kind.lane))
    return inserted > 0
  }

  return {
    enqueue,
    enqueueAll: async (tx, kind, all) => {
      const [one, ...more] = all
      if (one === undefined) return new Set()
      // The database itself says whether a single one is new.
      if (more.length === 0) return new Set((await enqueue(tx, kind, one)) ? [one.key] : [])
      const now = clock.now()
      const known = new Set<string>()
      for (let at = 0; at < all.length; at += CHUNK) {
        const keys = all.slice(at, at + CHUNK).map((one) => one.key)
        const rows = await tx.rows<{ dedupe_key: string }>(
          `SELECT dedupe_key FROM action WHERE dedupe_key IN (${keys.map(() => '?').join(', ')})`,
          keys,
        )
        for (const row of rows) known.add(row.dedupe_key)
      }
      const fresh = all.filter((one) => !known.has(one.key))
      if (fresh.length > 0) {
        await tx.insertIgnore(
          'action',
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
        `DELETE FROM action WHERE kind IN (${kinds.map(() => '?').join(', ')}) AND state = 'done' AND dedupe_key LIKE ?`,
        [...kinds.map((kind) => kind.kind), `${keyPrefix}%`],
      )
    },
    withdraw: async (tx, key, why) => {
      const changed = await tx.run(
        `UPDATE action SET state = 'failed', last_error = ?, finished_at = ? WHERE dedupe_key = ? AND state = 'waiting'`,
        [why, clock.now(), key],
      )
      return changed > 0
    },
    readdress: async (tx, oldUserId, newUserId) => {
      const open = await tx.rows<{ id: number }>(
        `SELECT id FROM action WHERE state IN ('waiting', 'running') AND userid = ?`,
        [oldUserId],
      )
      for (let at = 0; at < open.length; at += CHUNK) {
        const ids = open.slice(at, at + CHUNK).map((row) => row.id)
        await tx.run(
          `UPDATE action SET userid = ?, payload = JSON_REPLACE(payload, '$.userId', ?)
           WHERE id IN (${ids.map(() => '?').join(', ')})`,
          [newUserId, newUserId, ...ids],
        )
      }
    },
  }
}
