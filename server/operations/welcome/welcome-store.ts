import type { Tx } from '../../core/db/tx.ts'

/** `waiting`: on its way · `sent` · `taken`: another app was first, or they were talking already · `sent-or-taken`: our
 *  call was cut off, so it may have been ours · `late`: 20 s had passed · `failed`: WeCom refused or we had nothing to
 *  send · `none`: WeCom gave no code. */
export type WelcomeState = 'waiting' | 'sent' | 'taken' | 'sent-or-taken' | 'late' | 'failed' | 'none'

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

interface StoredWelcome {
  external_userid: string
  userid: string
  added_at: number
  state: WelcomeState
  reason: string | null
  rule: string | null
  version: string | null
  left_out: string | null
  sent_at: number | null
  latency_ms: number | null
}

const COLUMNS = 'external_userid, userid, added_at, state, reason, rule, version, left_out, sent_at, latency_ms'

const toOutcome = (row: StoredWelcome): WelcomeOutcome => ({
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

/** Which friendship: a pair, and when it began. */
export interface FriendshipKey {
  externalUserId: string
  userId: string
  addedAtMs: number
}

const WHERE = 'external_userid = ? AND userid = ? AND added_at = ?'
const params = (key: FriendshipKey): (string | number)[] => [key.externalUserId, key.userId, key.addedAtMs]

export const welcomeStore = {
  find: async (tx: Tx, key: FriendshipKey) =>
    tx.row<{ id: number; state: WelcomeState; code_hash: string | null; rule: string | null; received_at: number }>(
      `SELECT id, state, code_hash, rule, received_at FROM welcome WHERE ${WHERE}`,
      params(key),
    ),

  /** Takes the friendship's one place for this code: true when it was free, or its earlier code came to nothing. */
  claim: async (tx: Tx, key: FriendshipKey, code: { hash: string | null; receivedAtMs: number }): Promise<boolean> => {
    const inserted = await tx.insertIgnore('welcome', [
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
    const changed = await tx.run(
      `UPDATE welcome SET state = 'waiting', code_hash = ?, received_at = ?, reason = NULL
       WHERE ${WHERE} AND state IN ('none', 'late', 'failed') AND (code_hash IS NULL OR code_hash <> ?)`,
      [code.hash, code.receivedAtMs, ...params(key), code.hash],
    )
    return changed > 0
  },

  set: async (
    tx: Tx,
    key: FriendshipKey,
    outcome: { state: WelcomeState; reason: string; rule?: string; version?: string; leftOut?: string[] },
  ): Promise<void> => {
    await tx.run(
      `UPDATE welcome SET state = ?, reason = ?, rule = COALESCE(?, rule), version = COALESCE(?, version),
       left_out = COALESCE(?, left_out) WHERE ${WHERE}`,
      [
        outcome.state,
        outcome.reason,
        outcome.rule ?? null,
        outcome.version ?? null,
        outcome.leftOut === undefined ? null : JSON.stringify(outcome.leftOut),
        ...params(key),
      ],
    )
  },

  setSent: async (tx: Tx, key: FriendshipKey, sentAtMs: number, latencyMs: number): Promise<void> => {
    await tx.run(`UPDATE welcome SET state = 'sent', sent_at = ?, latency_ms = ? WHERE ${WHERE}`, [
      sentAtMs,
      latencyMs,
      ...params(key),
    ])
  },

  /** The newest friendship first. */
  ofCustomer: async (tx: Tx, externalUserId: string): Promise<WelcomeOutcome[]> => {
    const rows = await tx.rows<StoredWelcome>(
      `SELECT ${COLUMNS} FROM welcome WHERE external_userid = ? ORDER BY added_at DESC, id DESC`,
      [externalUserId],
    )
    return rows.map(toOutcome)
  },
}
