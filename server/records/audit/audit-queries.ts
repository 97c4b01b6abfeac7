import type { RowOf } from '../../core/db/define-table.ts'
import { all, every, list, type Sql, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { type ActorKind, AUDIT_DETAIL, AUDIT_ENTRY } from './audit-tables.ts'
import { isErased } from './verify-audit.ts'

/** One row, as people read it. */
export interface AuditRow {
  seq: number
  atMs: number
  actor: string
  actorKind: ActorKind
  origin: string
  what: string
  /** external_userid; undefined: about none, or erased. */
  customer: string | undefined
  detail: Record<string, unknown>
  isErased: boolean
  hash: string
  prev: string
}

const [e, d] = [AUDIT_ENTRY, AUDIT_DETAIL]

export interface AuditFilter {
  /** userid or operator. */
  actor?: string | undefined
  /** The beginning of `what`. */
  what?: string | undefined
  customer?: string | undefined
  /** UTC milliseconds. */
  sinceMs?: number | undefined
  /** Only rows before this one. */
  beforeSeq?: number | undefined
}

export const auditQueries = {
  /** Newest first. */
  list: async (tx: ReadTx, filter: AuditFilter, limit: number): Promise<AuditRow[]> => {
    const { actor, what, customer, sinceMs, beforeSeq } = filter
    const wanted: Sql[] = [
      ...(actor === undefined ? [] : [sql`${e.actor} = ${actor}`]),
      // A prefix by bounds: a dot is followed by a slash in the order of characters.
      ...(what === undefined
        ? []
        : [sql`(${e.what} = ${what} OR (${e.what} >= ${`${what}.`} AND ${e.what} < ${`${what}/`}))`]),
      ...(sinceMs === undefined ? [] : [sql`${e.at} >= ${sinceMs}`]),
      ...(beforeSeq === undefined ? [] : [sql`${e.seq} < ${beforeSeq}`]),
      ...(customer === undefined
        ? []
        : [sql`${e.seq} IN (SELECT ${d.seq} FROM ${d} WHERE ${d.customer} = ${customer})`]),
    ]
    const rows = await tx.rows(
      sql`SELECT ${all(e)} FROM ${e} WHERE ${every(wanted)} ORDER BY ${e.seq} DESC LIMIT ${limit}`,
    )
    const details = new Map<number, RowOf<typeof AUDIT_DETAIL>>()
    for (let at = 0; at < rows.length; at += 1_000) {
      const part = list(rows.slice(at, at + 1_000).map(({ seq }) => seq))
      for (const one of await tx.rows(sql`SELECT ${all(d)} FROM ${d} WHERE ${d.seq} IN ${part}`))
        details.set(one.seq, one)
    }
    return rows.map((row) => toRow(row, details.get(row.seq)))
  },
}

function toRow(row: RowOf<typeof AUDIT_ENTRY>, detail: RowOf<typeof AUDIT_DETAIL> | undefined): AuditRow {
  const { seq, at, actor, actor_kind: actorKind, origin, what, hash, prev } = row
  return {
    ...{ seq, atMs: at, actor, actorKind, origin, what, hash, prev },
    customer: detail?.customer ?? undefined,
    // Written by us as an object.
    detail: JSON.parse(detail?.body || '{}') as Record<string, unknown>,
    isErased: isErased(detail),
  }
}
