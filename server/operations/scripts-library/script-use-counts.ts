import { count, number, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { SCRIPT_USE } from './script-tables.ts'

export interface ScriptUseCount {
  scriptId: string
  times: number
  customers: number
  guides: number
  /** UTC milliseconds. */
  lastAtMs: number
}

const u = SCRIPT_USE

/** How often guides sent each script since then, the most used first; words of their own are left out. */
export const scriptUseCounts = (tx: ReadTx, sinceMs: number): Promise<ScriptUseCount[]> =>
  tx.rows(
    sql`SELECT ${select({
      scriptId: words(sql`${u.script_id}`),
      times: count(),
      customers: number(sql`COUNT(DISTINCT ${u.external_userid})`),
      guides: number(sql`COUNT(DISTINCT ${u.userid})`),
      lastAtMs: number(sql`MAX(${u.sent_at})`),
    })} FROM ${u} WHERE ${u.script_id} IS NOT NULL AND ${u.sent_at} >= ${sinceMs}
        GROUP BY ${u.script_id} ORDER BY times DESC, ${u.script_id}`,
  )

export interface PlaceCount {
  /** In the list of proposals, from 1. */
  place: number
  times: number
}

/** From which place of the proposals guides sent since then, the first first; what stood in no list is left out. */
export const scriptPlaceCounts = (tx: ReadTx, sinceMs: number): Promise<PlaceCount[]> =>
  tx.rows(
    sql`SELECT ${select({ place: number(sql`${u.place}`), times: count() })} FROM ${u}
        WHERE ${u.place} IS NOT NULL AND ${u.sent_at} >= ${sinceMs} GROUP BY ${u.place} ORDER BY ${u.place}`,
  )
