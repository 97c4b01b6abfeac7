import type { Tx } from '../../core/db/tx.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'

/** The first of a member's departments; WeCom lists the main one first. */
export async function storeOf(tx: Tx, userId: string): Promise<number | null> {
  return (await staffQueries.get(tx, userId))?.departments[0] ?? null
}
