import type { RowOf } from '../../core/db/define-table.ts'
import { all, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { AuditSeal } from './audit-seal.ts'
import { AUDIT_DETAIL, AUDIT_ENTRY, AUDIT_MARK } from './audit-tables.ts'
import { BROKEN, type Head } from './link-notes.ts'

export type AuditFaultKind =
  | 'altered'
  | 'missing'
  | 'other-chain'
  | 'detail-altered'
  | 'detail-missing'
  | 'unknown-key'
  | 'broken'
  | 'start-forged'
  | 'head-forged'
  | 'cut'
  | 'not-the-head'

/** `seq`: the first row that it is about. */
export interface AuditFault {
  kind: AuditFaultKind
  seq: number
  toSeq?: number
}

export interface AuditVerdict {
  rows: number
  firstSeq: number | undefined
  head: Head | undefined
  /** Rows whose personal part was erased; that is no fault. */
  erased: number
  faults: AuditFault[]
}

type Entry = RowOf<typeof AUDIT_ENTRY>
type Detail = RowOf<typeof AUDIT_DETAIL>
type Mark = RowOf<typeof AUDIT_MARK>

const [e, d, m] = [AUDIT_ENTRY, AUDIT_DETAIL, AUDIT_MARK]
const PAGE = 1_000
const MOST_FAULTS = 1_000

/** Goes over the whole chain, oldest first, and names every row that is not as it was written. `expected`: a head that was
 *  kept elsewhere (the log, an export): whoever can bring back an old database with its old head cannot bring back that.
 *  Wants one view of the tables, since the server goes on writing. */
export async function verifyAudit(tx: ReadTx, seal: AuditSeal, expected?: Head): Promise<AuditVerdict> {
  const faults: AuditFault[] = []
  const fault = (kind: AuditFaultKind, seq: number, toSeq?: number): void => {
    if (faults.length < MOST_FAULTS) faults.push({ kind, seq, ...(toSeq === undefined ? {} : { toSeq }) })
  }
  const isForged = (mark: Mark): boolean => !seal.isKnown(mark.key_id) || seal.sealOf(mark) !== mark.seal
  const marks = new Map((await tx.rows(sql`SELECT ${all(m)} FROM ${m}`)).map((mark) => [mark.name, mark]))
  const [start, head] = [marks.get('start'), marks.get('head')]
  if (start !== undefined && isForged(start)) fault('start-forged', start.seq)

  const verdict: AuditVerdict = { rows: 0, firstSeq: undefined, head: undefined, erased: 0, faults }
  let before: Head = { seq: start?.seq ?? 0, hash: start?.hash ?? '' }
  let isExpectedSeen = expected === undefined || (expected.seq === before.seq && expected.hash === before.hash)
  for (;;) {
    const { entries, details } = await page(tx, before.seq)
    for (const entry of entries) {
      check(entry, details.get(entry.seq), before, seal, fault)
      if (isErased(details.get(entry.seq))) verdict.erased += 1
      if (entry.seq === expected?.seq) isExpectedSeen = entry.hash === expected.hash
      verdict.firstSeq ??= entry.seq
      verdict.rows += 1
      before = { seq: entry.seq, hash: entry.hash }
    }
    if (entries.length < PAGE) break
  }
  if (head !== undefined && isForged(head)) fault('head-forged', head.seq)
  if (head !== undefined && head.seq > before.seq) fault('cut', before.seq + 1, head.seq)
  else if ((head?.seq ?? 0) !== before.seq || (head?.hash ?? '') !== before.hash) fault('not-the-head', before.seq)
  if (!isExpectedSeen && expected !== undefined) {
    if (expected.seq > before.seq) fault('cut', before.seq + 1, expected.seq)
    else fault('other-chain', expected.seq)
  }
  verdict.head = before.seq === 0 ? undefined : before
  return verdict
}

/** The person was taken out of it, all of it at once. */
export const isErased = (detail: Pick<Detail, 'salt' | 'customer' | 'body'> | undefined): boolean =>
  detail !== undefined && detail.salt === null && detail.body === null && detail.customer === null

async function page(tx: ReadTx, after: number): Promise<{ entries: Entry[]; details: Map<number, Detail> }> {
  const entries = await tx.rows(
    sql`SELECT ${all(e)} FROM ${e} WHERE ${e.seq} > ${after} ORDER BY ${e.seq} LIMIT ${PAGE}`,
  )
  const last = entries.at(-1)?.seq ?? after
  const details = await tx.rows(sql`SELECT ${all(d)} FROM ${d} WHERE ${d.seq} > ${after} AND ${d.seq} <= ${last}`)
  return { entries, details: new Map(details.map((detail) => [detail.seq, detail])) }
}

function check(
  entry: Entry,
  detail: Detail | undefined,
  before: Head,
  seal: AuditSeal,
  fault: (kind: AuditFaultKind, seq: number, toSeq?: number) => void,
): void {
  const { seq, key_id: keyId } = entry
  if (seq > before.seq + 1) fault('missing', before.seq + 1, seq - 1)
  if (!seal.isKnown(keyId)) {
    fault('unknown-key', seq)
    return
  }
  if (seal.hashOf(entry) !== entry.hash) fault('altered', seq)
  else if (seq === before.seq + 1 && entry.prev !== before.hash) fault('other-chain', seq)
  if (entry.what === BROKEN) fault('broken', seq)
  if (detail === undefined) fault('detail-missing', seq)
  else if (!isErased(detail) && seal.detailHashOf(detail, keyId) !== entry.detail_hash) fault('detail-altered', seq)
}
