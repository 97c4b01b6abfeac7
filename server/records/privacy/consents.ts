import { type Among, eachAmong, idsAmong } from '../../core/db/among.ts'
import type { RowOf } from '../../core/db/define-table.ts'
import { all, pick, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { ConsentChanged } from './privacy-events.ts'
import {
  CONSENT_SCOPES,
  type ConsentKind,
  type ConsentScope,
  type ConsentSource,
  type ConsentState,
  CONSENT as c,
} from './privacy-tables.ts'
import { createRefusals } from './refusals.ts'
import { createTail } from './tail.ts'

export interface Consent {
  externalUserId: string
  kind: ConsentKind
  state: ConsentState
  source: ConsentSource
  /** Default: all of it. */
  scope?: ConsentScope
  /** When it was said, UTC milliseconds; default: now. An older word than the newest is no news. */
  saidAtMs?: number
  /** Until when it holds, UTC milliseconds; default: until there is another word. */
  untilMs?: number | undefined
  /** Who wrote it down: a userid, or who is at the command line. */
  byWhom?: string | undefined
  /** A few words on why, or where it was said. */
  note?: string | undefined
}

export type ConsentRow = RowOf<typeof c>

export interface ConsentsDeps {
  clock: Clock
  emit: Emit
}

/** What customers have allowed and refused, with when, whose word it was and who wrote it down: a ledger whose newest word
 *  holds. What goes out by itself asks here first. */
export function createConsents({ clock, emit }: ConsentsDeps) {
  const refusals = createRefusals()
  const refresh = createTail({
    clock,
    read: (tx, afterId, limit) =>
      tx.rows(
        sql`SELECT ${pick(c, 'id', 'external_userid', 'kind', 'scope', 'state', 'until_at')} FROM ${c}
            WHERE ${c.id} > ${afterId} ORDER BY ${c.id} LIMIT ${limit}`,
      ),
    take: (row) => refusals.take(row),
  })

  const latest = (tx: ReadTx, externalUserId: string, kind: ConsentKind, scope: ConsentScope) =>
    tx.row(
      sql`SELECT ${all(c)} FROM ${c}
          WHERE ${c.external_userid} = ${externalUserId} AND ${c.kind} = ${kind} AND ${c.scope} = ${scope}
          ORDER BY ${c.id} DESC LIMIT 1`,
    )

  const ofCustomer = (tx: ReadTx, externalUserId: string): Promise<ConsentRow[]> =>
    tx.rows(sql`SELECT ${all(c)} FROM ${c} WHERE ${c.external_userid} = ${externalUserId} ORDER BY ${c.id}`)

  return {
    /** Writes it down where it is another word than the newest; then true. Safe to repeat. */
    record: async (tx: Tx, said: Consent): Promise<boolean> => {
      const { externalUserId, kind, state, source, scope = '', untilMs, byWhom, note } = said
      const { saidAtMs = clock.now() } = said
      const newest = await latest(tx, externalUserId, kind, scope)
      if (newest !== undefined && saysNothingNew(newest, { state, source, until_at: untilMs ?? null })) return false
      if (newest !== undefined && newest.at > saidAtMs) return false
      const word = { external_userid: externalUserId, kind, scope, state, source }
      const row = { ...word, at: saidAtMs, until_at: untilMs ?? null }
      const number = await tx.insert(c, { ...row, by_whom: byWhom ?? null, note: note ?? null })
      const payload = { externalUserId, kind, scope, state, untilMs: untilMs ?? null }
      await emit(tx, ConsentChanged, { key: String(number), payload })
      return true
    },
    /** Those who have refused all of it, or this of it; from memory, at most a second old. */
    refusedAmong: async (
      tx: ReadTx,
      kind: ConsentKind,
      among: Among,
      scope: ConsentScope = '',
    ): Promise<Set<string>> => {
      await refresh(tx)
      return refusals.among(idsAmong(among), { kind, scope, nowMs: clock.now() })
    },
    /** Whether one customer has refused all of it, from the table. */
    hasRefused: async (tx: ReadTx, kind: ConsentKind, externalUserId: string): Promise<boolean> => {
      const newest = await latest(tx, externalUserId, kind, '')
      return newest?.state === 'refused' && (newest.until_at ?? Number.POSITIVE_INFINITY) > clock.now()
    },
    /** What one customer refuses now, in the order of `CONSENT_SCOPES`, and until when. */
    refusedNow: async (tx: ReadTx, kind: ConsentKind, externalUserId: string): Promise<ConsentRow[]> => {
      const newest = new Map<ConsentScope, ConsentRow>()
      for (const row of await ofCustomer(tx, externalUserId)) if (row.kind === kind) newest.set(row.scope, row)
      return CONSENT_SCOPES.flatMap((scope) => newest.get(scope) ?? []).filter(
        ({ state, until_at: untilMs }) => state === 'refused' && (untilMs ?? Number.POSITIVE_INFINITY) > clock.now(),
      )
    },
    /** Every word there was, oldest first. */
    ofCustomer,
    /** Nobody remembers what somebody said who was erased since. */
    forget: refusals.forget,
  }
}
export type Consents = ReturnType<typeof createConsents>

/** The law's word for a child is no other's: it is written over the same word of somebody else, who might take that back, and
 *  no refusal with an end takes its place. */
function saysNothingNew(newest: ConsentRow, word: Pick<ConsentRow, 'state' | 'source' | 'until_at'>): boolean {
  if (newest.state !== word.state) return false
  // That one may be taken back.
  if (newest.source === 'merged' && word.source !== 'merged') return false
  if (word.state === 'refused' && (newest.source === 'age' || word.source === 'age')) return newest.source === 'age'
  return newest.until_at === word.until_at
}

/** What those ask of the ledger who write to customers or judge them by rules. */
export interface AskConsent {
  consents: Pick<Consents, 'refusedAmong'>
}

/** For a command, which asks once: from the table alone. */
export const storedConsents = (clock: Clock): AskConsent['consents'] => ({
  refusedAmong: async (tx, kind, among, scope = '') => {
    const rows = await eachAmong(c.external_userid, among, (isAmong) =>
      tx.rows(
        sql`SELECT ${pick(c, 'id', 'external_userid', 'kind', 'scope', 'state', 'until_at')} FROM ${c}
            WHERE ${isAmong} AND ${c.kind} = ${kind} ORDER BY ${c.id}`,
      ),
    )
    const refusals = createRefusals()
    for (const row of rows) refusals.take(row)
    return refusals.among(idsAmong(among), { kind, scope, nowMs: clock.now() })
  },
})
