import { createHash } from 'node:crypto'
import { list, pick, select, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
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
  missing: MissingOrders
}

/** Files of the shop, found since then, of which something is missing still. */
export async function lackingFiles(
  tx: Tx,
  { shop, sinceMs, but }: { shop: string; sinceMs: number; but: number },
): Promise<Lacking[]> {
  const columns = pick(f, 'id', 'name', 'missing')
  const rows = await tx.rows(
    sql`SELECT ${columns} FROM ${f} WHERE ${f.shop} = ${shop} AND ${f.id} <> ${but}
        AND ${f.found_at} > ${sinceMs} AND ${f.missing} IS NOT NULL AND ${f.missing} <> '[]'`,
  )
  return rows.map(({ id, name, missing }) => ({ id, name, missing: missingIn(missing) }))
}

/** Orders of another file are in now. `wholeName`: under which a file was read without a fault, which is taken for the mended copy of
 *  one of that name where no number is known. Gives the files of which nothing is missing any more. Safe to repeat. */
export async function bring(
  tx: Tx,
  lacking: readonly Lacking[],
  { orderIds, wholeName }: { orderIds: readonly string[]; wholeName?: string },
): Promise<number[]> {
  const marks = lacking.length === 0 ? [] : orderIds.map(markOf)
  const isBrought = (one: Lacking) => marks.some((mark) => one.missing.has(mark)) || one.name === wholeName
  const ids = lacking.filter(isBrought).map(({ id }) => id)
  if (ids.length === 0) return []
  const rows = await tx.rows(
    sql`SELECT ${select({ id: f.id, name: f.name, missing: f.missing })} FROM ${f} WHERE ${f.id} IN ${list(ids)}`,
  )
  const whole: number[] = []
  for (const { id, name, missing } of rows) {
    const left = new Set(missingIn(missing))
    const before = left.size
    for (const mark of marks) left.delete(mark)
    if (name === wholeName) left.delete(UNKNOWN)
    if (left.size === before) continue
    const changed = await tx.run(
      sql`UPDATE ${f} SET ${set(f, { missing: missingText(left) })} WHERE ${f.id} = ${id} AND ${f.missing} = ${missing}`,
    )
    if (changed > 0 && left.size === 0) whole.push(id)
  }
  return whole
}
