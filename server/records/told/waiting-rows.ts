import type { Column, Table } from '../../core/db/define-table.ts'
import { list, type Sql, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { GivenNames, KnownNames } from '../customers/given-customer.ts'

/** A declared table whose rows keep by which names their customer was given. */
export type WaitingTable = Table & { readonly id: Column<number> } & {
  readonly [Name in keyof GivenNames]: Column<string | null>
}

/** Where things stand that were told of people whom we do not know yet. */
export interface WaitingRows {
  table: WaitingTable
  /** Those that belong to nobody yet. */
  isWaiting: Sql
  /** The oldest are given to their customer first. UTC milliseconds. */
  age: Column<number>
  /** What was told after this instant, UTC milliseconds. */
  toldSince(fromMs: number): Sql
}

/** Rows are given to their customers in rounds of this many. */
export const ROUND = 500

const idsOf = async (tx: Tx, query: Sql<{ id: number }>): Promise<number[]> =>
  (await tx.rows(query)).map((row) => row.id)

/** One round of what waits for this customer under any of the names that we know. */
export async function waitingFor(
  tx: Tx,
  { table, isWaiting, age }: WaitingRows,
  customers: Pick<KnownNames, 'identityOf'>,
  externalUserId: string,
): Promise<number[]> {
  const { unionId, phoneHashes } = await customers.identityOf(tx, externalUserId)
  // A query for each name, since a planner that is given all three at once may read every waiting row instead of the keys.
  const named = async (name: Column<string | null>, values: string[]): Promise<number[]> =>
    values.length === 0
      ? []
      : idsOf(
          tx,
          sql`SELECT ${select({ id: table.id })} FROM ${table} WHERE ${isWaiting} AND ${name} IN ${list(values)}
              ORDER BY ${age}, ${table.id} LIMIT ${ROUND}`,
        )
  const found = [
    ...(await named(table.given_external_userid, [externalUserId])),
    ...(await named(table.given_unionid, unionId === undefined ? [] : [unionId])),
    ...(await named(table.phone_hash, phoneHashes)),
  ]
  return [...new Set(found)]
}

/** One round of what was told after this instant, UTC milliseconds, and still belongs to nobody. */
export const waitingSince = (tx: Tx, { table, isWaiting, toldSince }: WaitingRows, fromMs: number): Promise<number[]> =>
  idsOf(
    tx,
    sql`SELECT ${select({ id: table.id })} FROM ${table} WHERE ${isWaiting} AND ${toldSince(fromMs)}
        ORDER BY ${table.id} DESC LIMIT ${ROUND}`,
  )

export const isAnyWaiting = async (tx: Tx, { table, isWaiting }: WaitingRows): Promise<boolean> =>
  (await tx.row(sql`SELECT ${select({ id: table.id })} FROM ${table} WHERE ${isWaiting} LIMIT 1`)) !== undefined
