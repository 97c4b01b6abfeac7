import { createHash } from 'node:crypto'
import { list, pick, select, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import { SHOP_FILE as f } from '../shop-tables.ts'

/** Orders of which nobody can say the number. */
const UNKNOWN = '?'
/** More than anybody mends by hand; what is beyond counts as unknown. */
const MOST = 2_000

/** What a file did not bring for its faults: enough to know an order again, and not its number. */
export type MissingOrders = ReadonlySet<string>

export const missingIn = (written: string | null): MissingOrders => new Set(JSON.parse(written ?? '[]') as string[])
export const missingText = (missing: MissingOrders): string => JSON.stringify([...missing])
export const ALL_UNKNOWN: MissingOrders = new Set([UNKNOWN])

const markOf = (orderId: string): string => createHash('sha256').update(orderId).digest('base64url').slice(0, 16)

export function addMissing(missing: Set<string>, faults: readonly { orderId?: string | undefined }[]): Set<string> {
  for (const { orderId } of faults)
    missing.add(orderId === undefined || missing.size >= MOST ? UNKNOWN : markOf(orderId))
  return missing
}

/** A file that others may bring the rest of. */
export interface Lacking {
  id: number
  name: string
  foundAtMs: number
  missing: MissingOrders
}

/** A file that was read without a fault. */
export interface WholeFile {
  /** Phones masked. */
  name: string
  foundAtMs: number
}

/** 20261128, 2026-11-28, 2026年11月28日 */
const DAY_IN_NAME = /20\d{2}\D?(?:0?[1-9]|1[0-2])\D?(?:0?[1-9]|[12]\d|3[01])/
const dayOf = (atMs: number): string => shanghaiText(atMs).slice(0, 10)

/** Is the one the mended copy of the other, of whose orders nobody can say the numbers? Under the same name of the same day. A shop
 *  that writes `orders.csv` anew every day brings other orders the day after, unless the name says of which day they are. */
const isCopyOf = (whole: WholeFile, { name, foundAtMs }: WholeFile): boolean =>
  name === whole.name && (DAY_IN_NAME.test(name) || dayOf(foundAtMs) === dayOf(whole.foundAtMs))

/** Files of the shop, found since then, of which something is missing still. */
export async function lackingFiles(
  tx: Tx,
  { shop, sinceMs, but }: { shop: string; sinceMs: number; but: number },
): Promise<Lacking[]> {
  const columns = pick(f, 'id', 'name', 'found_at', 'missing')
  const rows = await tx.rows(
    sql`SELECT ${columns} FROM ${f} WHERE ${f.shop} = ${shop} AND ${f.id} <> ${but}
        AND ${f.found_at} > ${sinceMs} AND ${f.missing} IS NOT NULL AND ${f.missing} <> '[]'`,
  )
  return rows.map(({ id, name, found_at: foundAtMs, missing }) => ({
    id,
    name,
    foundAtMs,
    missing: missingIn(missing),
  }))
}

/** Orders of another file are in now. `whole`: it was read without a fault, and is taken for the mended copy of one of its name and
 *  day where no number is known. Gives the files of which nothing is missing any more. Safe to repeat. */
export async function bring(
  tx: Tx,
  lacking: readonly Lacking[],
  { orderIds, whole }: { orderIds: readonly string[]; whole?: WholeFile },
): Promise<number[]> {
  const marks = lacking.length === 0 ? [] : orderIds.map(markOf)
  const isCopied = (one: WholeFile) => whole !== undefined && isCopyOf(whole, one)
  const isBrought = (one: Lacking) => marks.some((mark) => one.missing.has(mark)) || isCopied(one)
  const ids = lacking.filter(isBrought).map(({ id }) => id)
  if (ids.length === 0) return []
  const rows = await tx.rows(
    sql`SELECT ${select({ id: f.id, name: f.name, foundAtMs: f.found_at, missing: f.missing })} FROM ${f} WHERE ${f.id} IN ${list(ids)}`,
  )
  const mended: number[] = []
  for (const { id, missing, ...file } of rows) {
    const left = new Set(missingIn(missing))
    const before = left.size
    for (const mark of marks) left.delete(mark)
    if (isCopied(file)) left.delete(UNKNOWN)
    if (left.size === before) continue
    const changed = await tx.run(
      sql`UPDATE ${f} SET ${set(f, { missing: missingText(left) })} WHERE ${f.id} = ${id} AND ${f.missing} = ${missing}`,
    )
    if (changed > 0 && left.size === 0) mended.push(id)
  }
  return mended
}
