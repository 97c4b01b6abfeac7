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

export interface ShownCount {
  scriptId: string
  /** How often it stood in a list out of which something was sent. */
  shown: number
  /** How often it was it. */
  chosen: number
}

/** Of lists out of which guides sent something since then; a list out of which nothing was sent is told by nobody. */
export async function scriptShownCounts(tx: ReadTx, sinceMs: number): Promise<Map<string, ShownCount>> {
  const lists = await tx.rows(
    sql`SELECT ${select({ shown: words(sql`${u.shown}`), scriptId: words(sql`${u.script_id}`), times: count() })} FROM ${u}
        WHERE ${u.shown} IS NOT NULL AND ${u.script_id} IS NOT NULL AND ${u.sent_at} >= ${sinceMs}
        GROUP BY ${u.shown}, ${u.script_id}`,
  )
  const counts = new Map<string, ShownCount>()
  for (const { shown, scriptId, times } of lists) {
    for (const id of JSON.parse(shown) as string[]) {
      const one = counts.get(id) ?? { scriptId: id, shown: 0, chosen: 0 }
      counts.set(id, {
        ...one,
        shown: one.shown + times,
        chosen: one.chosen + (id === scriptId ? times : 0),
      })
    }
  }
  return counts
}
