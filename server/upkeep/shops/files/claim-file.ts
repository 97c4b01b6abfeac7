import type { RowOf } from '../../../core/db/define-table.ts'
import { all, pick, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { maskPhones } from '../../../core/kernel/mask-phones.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { ImportCounts, ImportPlace } from '../../../records/orders/import-orders.ts'
import { versionOf } from '../../../rules/book/rule-version.ts'
import type { ShopRule } from '../../../rules/schema/rule-files.ts'
import { SHOP_CONNECTION as c, SHOP_FILE as f } from '../shop-tables.ts'
import { TOLD_FOR_MS } from './file-reports.ts'
import type { FoundFile } from './files-in.ts'
import { type Lacking, lackingFiles, missingIn } from './missing-orders.ts'

/** Longer than looking through the largest file takes, after which it is moved on with each batch. */
const LEASE_MS = 5 * MINUTE_MS
export const FREE = { lease_until: null, lease_by: null } as const

/** A file that this process reads. */
export interface Held {
  id: number
  /** Names this process in the row. */
  by: string
  source: string
  foundAtMs: number
  from: ImportPlace | undefined
  /** The first of those told so far. */
  faults: string[]
  missing: Set<string>
  /** It has been read before, by other columns. */
  isAgain: boolean
  /** Files of which this one may bring what is missing. */
  lacking: Lacking[]
}

/** Another process has it now. */
export class Lost extends Error {}

/** What of a rule says how a file is read. */
export const readBy = ({ columns }: ShopRule): string => versionOf(columns ?? {})

/** The file for this process. `ended`: read to its end as it would be read now; `elsewhere`: another process has it. */
export async function claimFile(
  tx: Tx,
  { rule, file, digest, by, nowMs }: { rule: ShopRule; file: FoundFile; digest: string; by: string; nowMs: number },
): Promise<Held | 'ended' | 'elsewhere'> {
  await tx.insertIgnore(c, [{ shop: rule.id, source: rule.shop, since: nowMs }])
  const found = { name: maskPhones(file.name), size: file.size, found_at: nowMs }
  const rules = { by_rule: readBy(rule) }
  await tx.insertIgnore(f, [{ shop: rule.id, digest, ...found, state: 'reading', ...rules }])
  const row = await tx.row(sql`SELECT ${all(f)} FROM ${f} WHERE ${f.shop} = ${rule.id} AND ${f.digest} = ${digest}`)
  const shop = await tx.row(sql`SELECT ${all(c)} FROM ${c} WHERE ${c.shop} = ${rule.id}`)
  if (row === undefined || shop === undefined) return 'elsewhere'
  const isSameWay = row.by_rule === rules.by_rule
  if (row.state !== 'reading' && isSameWay) return 'ended'
  const isCutOff = row.state === 'reading' && isSameWay && row.counts !== null
  // By other columns other rows are faulty, and other orders are in its first thousand.
  const place = isCutOff ? {} : { taken: 0, counts: null, faults: null, missing: null }
  const mine = await tx.run(
    sql`UPDATE ${f} SET ${set(f, { state: 'reading', ...rules, ...place, ...leaseOf(by, nowMs) })} WHERE ${f.id} = ${row.id}
        AND (${f.lease_until} IS NULL OR ${f.lease_until} <= ${nowMs} OR ${f.lease_by} = ${by})`,
  )
  if (mine === 0) return 'elsewhere'
  const others = { shop: rule.id, sinceMs: nowMs - TOLD_FOR_MS, but: row.id }
  return {
    id: row.id,
    by,
    source: shop.source,
    foundAtMs: row.found_at,
    from: isCutOff ? { taken: row.taken, counts: JSON.parse(row.counts ?? '') as ImportCounts } : undefined,
    faults: isCutOff ? (JSON.parse(row.faults ?? '[]') as string[]) : [],
    missing: new Set(missingIn(isCutOff ? row.missing : null)),
    isAgain: row.ended_at !== null,
    lacking: await lackingFiles(tx, others),
  }
}

export const leaseOf = (by: string, nowMs: number) => ({ lease_until: nowMs + LEASE_MS, lease_by: by }) as const

/** Throws Lost. */
export async function changeHeld(tx: Tx, held: Held, changes: Partial<RowOf<typeof f>>): Promise<void> {
  const mine = await tx.run(
    sql`UPDATE ${f} SET ${set(f, changes)} WHERE ${f.id} = ${held.id} AND ${f.lease_by} = ${held.by}`,
  )
  if (mine === 0) throw new Lost('another process has it')
}

/** What came in with the last commit; undefined: nothing. */
export async function committed(tx: Tx, { id }: Held): Promise<ImportCounts | undefined> {
  const row = await tx.row(sql`SELECT ${pick(f, 'counts')} FROM ${f} WHERE ${f.id} = ${id}`)
  return row === undefined || row.counts === null ? undefined : (JSON.parse(row.counts) as ImportCounts)
}

/** Nobody knows what is in it: it has become another while it was read. The orders that it brought stay. */
export const forgetHeld = (tx: Tx, held: Held): Promise<number> =>
  tx.run(sql`DELETE FROM ${f} WHERE ${f.id} = ${held.id} AND ${f.lease_by} = ${held.by}`)

/** Where no other process can be running, those that died hold nothing. */
export const freeAllFiles = (tx: Tx): Promise<number> =>
  tx.run(sql`UPDATE ${f} SET ${set(f, FREE)} WHERE ${f.lease_by} IS NOT NULL`)
