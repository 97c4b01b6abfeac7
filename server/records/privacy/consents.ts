import type { RowOf } from '../../core/db/define-table.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, list, pick, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { ConsentChanged } from './privacy-events.ts'
import { type ConsentKind, type ConsentSource, type ConsentState, CONSENT as c } from './privacy-tables.ts'
import { createTail } from './tail.ts'

export interface Consent {
  externalUserId: string
  kind: ConsentKind
  state: ConsentState
  source: ConsentSource
  /** Empty: all of it. */
  scope?: string
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
  const refused: Record<ConsentKind, Set<string>> = { marketing: new Set(), profiling: new Set() }
  const refresh = createTail({
    clock,
    read: (tx, afterId, limit) =>
      tx.rows(
        sql`SELECT ${pick(c, 'id', 'external_userid', 'kind', 'state')} FROM ${c}
            WHERE ${c.id} > ${afterId} AND ${c.scope} = '' ORDER BY ${c.id} LIMIT ${limit}`,
      ),
    take: ({ external_userid, kind, state }) => {
      if (state === 'refused') refused[kind].add(external_userid)
      else refused[kind].delete(external_userid)
    },
  })

  const latest = (tx: ReadTx, externalUserId: string, kind: ConsentKind, scope: string) =>
    tx.row(
      sql`SELECT ${all(c)} FROM ${c}
          WHERE ${c.external_userid} = ${externalUserId} AND ${c.kind} = ${kind} AND ${c.scope} = ${scope}
          ORDER BY ${c.id} DESC LIMIT 1`,
    )

  return {
    /** Writes it down where it is another word than the newest; then true. Safe to repeat. */
    record: async (tx: Tx, said: Consent): Promise<boolean> => {
      const { externalUserId, kind, state, source, scope = '', byWhom, note } = said
      if ((await latest(tx, externalUserId, kind, scope))?.state === state) return false
      const row = { external_userid: externalUserId, kind, scope, state, source, at: clock.now() }
      const number = await tx.insert(c, { ...row, by_whom: byWhom ?? null, note: note ?? null })
      const payload = { externalUserId, kind, scope, state }
      await emit(tx, ConsentChanged, { key: String(number), payload })
      return true
    },
    /** Those who have refused all of it; from memory, at most a second old. */
    refusedAmong: async (tx: ReadTx, kind: ConsentKind, externalUserIds: readonly string[]): Promise<Set<string>> => {
      await refresh(tx)
      return new Set(externalUserIds.filter((id) => refused[kind].has(id)))
    },
    /** The same for one customer, from the table. */
    hasRefused: async (tx: ReadTx, kind: ConsentKind, externalUserId: string): Promise<boolean> =>
      (await latest(tx, externalUserId, kind, ''))?.state === 'refused',
    /** Every word there was, oldest first. */
    ofCustomer: (tx: ReadTx, externalUserId: string): Promise<ConsentRow[]> =>
      tx.rows(sql`SELECT ${all(c)} FROM ${c} WHERE ${c.external_userid} = ${externalUserId} ORDER BY ${c.id}`),
    /** Nobody remembers what somebody said who was erased since. */
    forget: (externalUserId: string): void => {
      for (const ids of Object.values(refused)) ids.delete(externalUserId)
    },
  }
}
export type Consents = ReturnType<typeof createConsents>

/** What those ask of the ledger who write to customers or judge them by rules. */
export interface AskConsent {
  consents: Pick<Consents, 'refusedAmong'>
}

/** For a command, which asks once: from the table alone. */
export const storedConsents: AskConsent['consents'] = {
  refusedAmong: async (tx, kind, externalUserIds) => {
    const rows = await eachChunk(externalUserIds, (part) =>
      tx.rows(
        sql`SELECT ${pick(c, 'id', 'external_userid', 'state')} FROM ${c}
            WHERE ${c.external_userid} IN ${list(part)} AND ${c.kind} = ${kind} AND ${c.scope} = '' ORDER BY ${c.id}`,
      ),
    )
    const last = new Map(rows.map((row) => [row.external_userid, row.state]))
    return new Set([...last].flatMap(([id, state]) => (state === 'refused' ? [id] : [])))
  },
}
