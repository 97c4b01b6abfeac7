import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { GROUP_WELCOME, type GroupWelcomeRow } from './group-welcome-tables.ts'

const w = GROUP_WELCOME

export const groupWelcomes = {
  /** Of every pool that has one or is to have one. */
  all: (tx: Tx): Promise<GroupWelcomeRow[]> => tx.rows(sql`SELECT ${all(w)} FROM ${w} ORDER BY ${w.pool}`),
  ofPool: (tx: Tx, pool: string): Promise<GroupWelcomeRow | undefined> =>
    tx.row(sql`SELECT ${all(w)} FROM ${w} WHERE ${w.pool} = ${pool}`),
  change: (tx: Tx, id: number, changes: Partial<GroupWelcomeRow>): Promise<number> =>
    tx.run(sql`UPDATE ${w} SET ${set(w, changes)} WHERE ${w.id} = ${id}`),
}
