import type { Column, RowOf } from '../../core/db/define-table.ts'
import { all, list, pick, type Sql, set, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { WelcomeState } from './welcome-state.ts'
import { WELCOME } from './welcome-tables.ts'

/** What became of the one welcome of a friendship. */
export interface WelcomeOutcome {
  externalUserId: string
  userId: string
  /** Beginning of the friendship. */
  addedAtMs: number
  state: WelcomeState
  /** Why this text, or why none; one Chinese line. */
  reason: string | undefined
  /** Name and version of the welcome rule. */
  rule: string | undefined
  version: string | undefined
  /** Attachments that were not ready, in Chinese. */
  leftOut: string[]
  sentAtMs: number | undefined
  /** From learning of the friendship to WeCom's yes. */
  latencyMs: number | undefined
}

const toOutcome = (row: RowOf<typeof WELCOME>): WelcomeOutcome => ({
  externalUserId: row.external_userid,
  userId: row.userid,
  addedAtMs: row.added_at,
  state: row.state,
  reason: row.reason ?? undefined,
  rule: row.rule ?? undefined,
  version: row.version ?? undefined,
  leftOut: row.left_out === null ? [] : (JSON.parse(row.left_out) as string[]),
  sentAtMs: row.sent_at ?? undefined,
  latencyMs: row.latency_ms ?? undefined,
})

/** `where`: which rows, in what order. */
export async function welcomeRows(tx: ReadTx, where: (welcome: typeof WELCOME) => Sql): Promise<WelcomeOutcome[]> {
  return (await tx.rows(sql`SELECT ${all(WELCOME)} FROM ${WELCOME} WHERE ${where(WELCOME)}`)).map(toOutcome)
}

/** Which friendship: a pair, and when it began. */
export interface FriendshipKey {
  externalUserId: string
  userId: string
  addedAtMs: number
}

/** Rows of a table of friendships that are about this one. */
export const isFriendship = (
  table: Record<'external_userid' | 'userid', Column<string>> & Record<'added_at', Column<number>>,
  { externalUserId, userId, addedAtMs }: FriendshipKey,
): Sql =>
  sql`${table.external_userid} = ${externalUserId} AND ${table.userid} = ${userId} AND ${table.added_at} = ${addedAtMs}`

export const welcomeStore = {
  find: async (tx: Tx, key: FriendshipKey) =>
    tx.row(
      sql`SELECT ${pick(WELCOME, 'id', 'state', 'code_hash', 'rule', 'received_at')} FROM ${WELCOME}
          WHERE ${isFriendship(WELCOME, key)}`,
    ),

  /** Takes the friendship's one place for this code: true when it was free, or its earlier code came to nothing. */
  claim: async (tx: Tx, key: FriendshipKey, code: { hash: string | null; receivedAtMs: number }): Promise<boolean> => {
    const inserted = await tx.insertIgnore(WELCOME, [
      {
        external_userid: key.externalUserId,
        userid: key.userId,
        added_at: key.addedAtMs,
        received_at: code.receivedAtMs,
        code_hash: code.hash,
        state: code.hash === null ? 'none' : 'waiting',
      },
    ])
    if (inserted > 0) return true
    if (code.hash === null) return false
    const changes = set(WELCOME, {
      state: 'waiting',
      code_hash: code.hash,
      received_at: code.receivedAtMs,
      reason: null,
    })
    const changed = await tx.run(
      sql`UPDATE ${WELCOME} SET ${changes}
          WHERE ${isFriendship(WELCOME, key)} AND ${WELCOME.state} IN ('none', 'late', 'failed')
            AND (${WELCOME.code_hash} IS NULL OR ${WELCOME.code_hash} <> ${code.hash})`,
    )
    return changed > 0
  },

  /** Takes the place of a friendship that has just begun, with what is about to be sent; false when it is taken. */
  begin: async (
    tx: Tx,
    key: FriendshipKey,
    sending: { hash: string; receivedAtMs: number; reason: string; rule: string; version: string; leftOut: string[] },
  ): Promise<boolean> =>
    (await tx.insertIgnore(WELCOME, [
      {
        external_userid: key.externalUserId,
        userid: key.userId,
        added_at: key.addedAtMs,
        received_at: sending.receivedAtMs,
        code_hash: sending.hash,
        state: 'waiting',
        reason: sending.reason,
        rule: sending.rule,
        version: sending.version,
        left_out: JSON.stringify(sending.leftOut),
      },
    ])) > 0,

  set: async (
    tx: Tx,
    key: FriendshipKey,
    outcome: { state: WelcomeState; reason: string; rule?: string; version?: string; leftOut?: string[] },
  ): Promise<void> => {
    const { leftOut, ...rest } = outcome
    const changes = { ...rest, ...(leftOut === undefined ? {} : { left_out: JSON.stringify(leftOut) }) }
    await tx.run(sql`UPDATE ${WELCOME} SET ${set(WELCOME, changes)} WHERE ${isFriendship(WELCOME, key)}`)
  },

  setSent: async (tx: Tx, key: FriendshipKey, sentAtMs: number, latencyMs: number): Promise<void> => {
    const changes = set(WELCOME, { state: 'sent', sent_at: sentAtMs, latency_ms: latencyMs })
    await tx.run(sql`UPDATE ${WELCOME} SET ${changes} WHERE ${isFriendship(WELCOME, key)}`)
  },

  /** The newest friendship first. */
  ofCustomer: (tx: Tx, externalUserId: string): Promise<WelcomeOutcome[]> =>
    welcomeRows(tx, (w) => sql`${w.external_userid} = ${externalUserId} ORDER BY ${w.added_at} DESC, ${w.id} DESC`),
  /** The same of several, one statement; who has none is left out. */
  ofCustomers: async (tx: Tx, externalUserIds: readonly string[]): Promise<ReadonlyMap<string, WelcomeOutcome[]>> => {
    if (externalUserIds.length === 0) return new Map()
    const found = await welcomeRows(
      tx,
      (w) => sql`${w.external_userid} IN ${list(externalUserIds)} ORDER BY ${w.added_at} DESC, ${w.id} DESC`,
    )
    return groupBy(found, ({ externalUserId }) => externalUserId)
  },
}
