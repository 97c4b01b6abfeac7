import type { RowOf } from '../../core/db/define-table.ts'
import { all, list, lock, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { randomText } from '../../core/kernel/random.ts'
import type { AuditSeal } from './audit-seal.ts'
import { AUDIT_DETAIL, AUDIT_ENTRY, AUDIT_MARK, AUDIT_NOTE } from './audit-tables.ts'

type Note = Omit<RowOf<typeof AUDIT_NOTE>, 'id'>
type Entry = RowOf<typeof AUDIT_ENTRY>

const [e, n, m] = [AUDIT_ENTRY, AUDIT_NOTE, AUDIT_MARK]
const AT_ONCE = 500

export interface Head {
  seq: number
  hash: string
}

/** Gives the notes that wait their places at the end of the chain. Whoever does it holds the head, so that two processes
 *  never make two ends of it. Gives the new head; undefined when nothing waited. Safe to repeat. */
export async function linkNotes(tx: Tx, seal: AuditSeal, now: number): Promise<Head | undefined> {
  const held = await holdHead(tx, seal, now)
  const notes = await tx.rows(sql`SELECT ${all(n)} FROM ${n} ORDER BY ${n.id} LIMIT ${AT_ONCE}`)
  if (notes.length === 0 && held.broken === undefined) return undefined
  const known = await knownOnce(tx, notes)
  const fresh: Note[] = notes.filter(({ once }) => once === null || !known.has(once))
  if (held.broken !== undefined) fresh.unshift(held.broken)
  let { seq, hash } = held
  const entries: Entry[] = []
  const details: RowOf<typeof AUDIT_DETAIL>[] = []
  for (const { customer, body, once, at, actor, actor_kind, origin, what } of fresh) {
    seq += 1
    const detail = { salt: randomText(24), customer, body }
    const row = {
      ...{ seq, at, actor, actor_kind, origin, what, once },
      subject: customer === null ? null : seal.subjectOf(customer, seal.keyId),
      detail_hash: seal.detailHashOf(detail, seal.keyId),
      prev: hash,
      key_id: seal.keyId,
    }
    hash = seal.hashOf(row)
    entries.push({ ...row, hash })
    details.push({ seq, ...detail })
  }
  if (entries.length > 0) {
    const added = (await tx.insertIgnore(e, entries)) + (await tx.insertIgnore(AUDIT_DETAIL, details))
    // Held by us alone, so a place that is taken was written past the chain.
    if (added !== entries.length * 2) throw new Error(`audit rows after ${held.seq} are taken`)
    await markHead(tx, seal, { seq, hash }, now)
  }
  if (notes.length > 0) await tx.run(sql`DELETE FROM ${n} WHERE ${n.id} IN ${list(notes.map(({ id }) => id))}`)
  return { seq, hash }
}

/** Locks the head. Where it is not what we have sealed, or the rows do not reach to it, that is said in the next row and the
 *  chain goes on behind: recording stops for nobody, and nothing that was cut off is sealed as if it had never been. */
async function holdHead(tx: Tx, seal: AuditSeal, now: number): Promise<Head & { broken?: Note }> {
  const empty = { name: 'head' as const, seq: 0, hash: '', at: now, key_id: seal.keyId }
  const read = () => tx.row(sql`SELECT ${all(m)} FROM ${m} WHERE ${m.name} = 'head' ${lock()}`)
  let head = await read()
  if (head === undefined) {
    await tx.insertIgnore(m, [{ ...empty, seal: seal.sealOf(empty) }])
    head = await read()
  }
  // Only now: before the head was there, others may have written, too.
  const last = await tx.row(sql`SELECT ${pick(e, 'seq', 'hash')} FROM ${e} ORDER BY ${e.seq} DESC LIMIT 1`)
  const { seq = 0, hash = '' } = head ?? {}
  const start = await tx.row(sql`SELECT ${pick(m, 'seq')} FROM ${m} WHERE ${m.name} = 'start'`)
  const isSealed = head !== undefined && seal.isKnown(head.key_id) && seal.sealOf(head) === head.seal
  // With everything gone by age the head stands alone.
  const isReached = last === undefined ? seq === (start?.seq ?? 0) : last.seq === seq && last.hash === hash
  if (isSealed && isReached) return { seq, hash }
  const after = Math.max(seq, last?.seq ?? 0)
  const body = JSON.stringify({ head: seq, last: last?.seq ?? 0, sealed: isSealed })
  return {
    seq: after,
    hash: last !== undefined && last.seq >= seq ? last.hash : hash,
    broken: {
      ...{ at: now, actor: 'huoshui', actor_kind: 'server', origin: '', what: BROKEN },
      ...{ customer: null, body, once: null },
    },
  }
}

/** The row that says that the chain was not as we had left it. */
export const BROKEN = 'audit.broken'

async function knownOnce(tx: Tx, notes: readonly Note[]): Promise<Set<string>> {
  const asked = notes.flatMap(({ once }) => once ?? [])
  if (asked.length === 0) return new Set()
  const rows = await tx.rows(sql`SELECT ${pick(e, 'once')} FROM ${e} WHERE ${e.once} IN ${list(asked)}`)
  return new Set(rows.flatMap(({ once }) => once ?? []))
}

async function markHead(tx: Tx, seal: AuditSeal, { seq, hash }: Head, now: number): Promise<void> {
  const row = { name: 'head' as const, seq, hash, at: now, key_id: seal.keyId }
  await tx.upsert(m, [{ ...row, seal: seal.sealOf(row) }], ['name'])
}
