import { all, lock, maybeNumber, pick, type Sql, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { AuditSeal } from './audit-seal.ts'
import { AUDIT_DETAIL, AUDIT_ENTRY, AUDIT_MARK } from './audit-tables.ts'

const [e, d, m] = [AUDIT_ENTRY, AUDIT_DETAIL, AUDIT_MARK]
const AT_ONCE = 1_000

/** Deletes the oldest rows up to the first that is from `before` (UTC milliseconds) or later, and seals where the chain
 *  begins now, so that it can still be verified. A thousand at a time; gives how many it was. */
export async function cutAudit(
  tx: Tx,
  seal: AuditSeal,
  { before, now }: { before: number; now: number },
): Promise<number> {
  // One at a time, and not while rows are added.
  await tx.row(sql`SELECT ${all(m)} FROM ${m} WHERE ${m.name} = 'head' ${lock()}`)
  const oldest = await lowest(tx, sql`1 = 1`)
  if (oldest === undefined) return 0
  const kept = await lowest(tx, sql`${e.at} >= ${before}`)
  const last = await tx.row(
    sql`SELECT ${pick(e, 'seq', 'hash')} FROM ${e}
        WHERE ${e.seq} < ${Math.min(kept ?? Number.MAX_SAFE_INTEGER, oldest + AT_ONCE)} ORDER BY ${e.seq} DESC LIMIT 1`,
  )
  if (last === undefined) return 0
  const mark = { name: 'start' as const, seq: last.seq, hash: last.hash, at: now, key_id: seal.keyId }
  await tx.upsert(m, [{ ...mark, seal: seal.sealOf(mark) }], ['name'])
  await tx.run(sql`DELETE FROM ${d} WHERE ${d.seq} <= ${last.seq}`)
  return tx.run(sql`DELETE FROM ${e} WHERE ${e.seq} <= ${last.seq}`)
}

async function lowest(tx: Tx, where: Sql): Promise<number | undefined> {
  const seq = maybeNumber(sql`MIN(${e.seq})`)
  return (await tx.row(sql`SELECT ${select({ seq })} FROM ${e} WHERE ${where}`))?.seq ?? undefined
}
