import { all, set, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { INTERCEPT, type InterceptRow } from './intercept-tables.ts'

const t = INTERCEPT

export const intercepts = {
  all: (tx: ReadTx): Promise<InterceptRow[]> => tx.rows(sql`SELECT ${all(t)} FROM ${t} ORDER BY ${t.name}`),
  of: (tx: Tx, name: string): Promise<InterceptRow | undefined> =>
    tx.row(sql`SELECT ${all(t)} FROM ${t} WHERE ${t.name} = ${name}`),
  change: (tx: Tx, id: number, changes: Partial<InterceptRow>): Promise<number> =>
    tx.run(sql`UPDATE ${t} SET ${set(t, changes)} WHERE ${t.id} = ${id}`),
  forget: (tx: Tx, id: number): Promise<number> => tx.run(sql`DELETE FROM ${t} WHERE ${t.id} = ${id}`),
}
