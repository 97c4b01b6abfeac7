import type { Db } from '../../core/db/db.ts'
import { type Column, specOf, type Table } from '../../core/db/define-table.ts'
import { commas, list, type Sql, type SqlValue, select, some, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { CUSTOMER, CUSTOMER_PHONE } from '../../records/customers/customer-tables.ts'
import { eraseMentions } from './erase-mentions.ts'
import { WHOLE_DATABASE } from './every-table.ts'
import { columnOf, holdsPeople, keyOf, ownRows, type PersonNames, personalOf } from './own-rows.ts'

const NOTHING = { deleted: 0, emptied: 0 }

/** Rows changed in one transaction. */
const BITE = 500

/** What was done in one table. */
export interface TableReceipt {
  table: string
  deleted: number
  /** Rows that stay without the person. */
  emptied: number
  /** Why those rows stay, Chinese; undefined: they are others' rows, out of which the person was taken. */
  keptBecause?: string
}

/** Deletes what there is of one customer, by what each table says of itself; the tables by which they are found come last, so
 *  that whoever is cut off goes on by running it again. Many small transactions. Safe to repeat: the second time finds what came
 *  in between. `mentions`: also out of the rows of others; every event and action is then looked at. */
export async function erasePerson(
  db: Db,
  person: PersonNames,
  { mentions = true }: { mentions?: boolean } = {},
): Promise<TableReceipt[]> {
  const receipts: TableReceipt[] = []
  for (const table of inOrder()) {
    const own = await eraseOwn(db, table, person)
    const named = mentions ? await eraseMentions(db, table, person.externalUserId) : NOTHING
    const deleted = own.deleted + named.deleted
    const emptied = own.emptied + named.emptied
    if (deleted + emptied === 0) continue
    const because = own.emptied > 0 ? lawOf(table) : undefined
    const told = { table: specOf(table).name, deleted, emptied }
    receipts.push(because === undefined ? told : { ...told, keptBecause: because })
  }
  return receipts
}

/** What belongs to other rows before those; who they are last. */
function inOrder(): Table[] {
  const place = (table: Table): number => {
    const personal = personalOf(table)
    if (table === CUSTOMER) return 3
    if (table === CUSTOMER_PHONE) return 2
    return holdsPeople(personal) && personal.through !== undefined ? 0 : 1
  }
  return [...WHOLE_DATABASE].sort((a, b) => place(a) - place(b))
}

function lawOf(table: Table): string | undefined {
  const personal = personalOf(table)
  return holdsPeople(personal) ? personal.keptByLaw?.why : undefined
}

async function eraseOwn(db: Db, table: Table, person: PersonNames): Promise<{ deleted: number; emptied: number }> {
  const done = { deleted: 0, emptied: 0 }
  const personal = personalOf(table)
  const theirs = ownRows(table, person)
  if (theirs === undefined || !holdsPeople(personal)) return done
  const key = keyOf(table)
  const emptied = personal.keptByLaw?.emptied.map((name) => columnOf(table, name))
  if (emptied?.length === 0) return done
  const left = emptied === undefined ? theirs : sql`(${theirs}) AND (${some(emptied.map(isFilled))})`
  for (;;) {
    const found = await db.tx(async (tx) => {
      const rows = await tx.rows(
        sql`SELECT ${select({ key })} FROM ${table} WHERE ${left} LIMIT ${BITE}` as Sql<{ key: SqlValue }>,
      )
      if (rows.length === 0) return 0
      const among = sql`${key} IN ${list(rows.map((row) => row.key))}`
      if (emptied === undefined) done.deleted += await tx.run(sql`DELETE FROM ${table} WHERE ${among}`)
      else done.emptied += await tx.run(sql`UPDATE ${table} SET ${commas(emptied.map(empty))} WHERE ${among}`)
      return rows.length
    })
    if (found < BITE) return done
  }
}

const isFilled = (column: Column): Sql => (column.spec.isNullable ? sql`${column} IS NOT NULL` : sql`${column} <> ''`)
const empty = (column: Column): Sql => sql`${column} = ${column.spec.isNullable ? null : ''}`

/** How many things are being done about them at this moment: their end would be written down after the erasure. */
export async function underWay(tx: Tx, externalUserId: string, nowMs: number): Promise<number> {
  const rows = await tx.rows(
    sql`SELECT ${select({ id: ACTION.id })} FROM ${ACTION}
        WHERE ${ACTION.external_userid} = ${externalUserId} AND ${ACTION.state} = 'running'
          AND ${ACTION.lease_until} > ${nowMs}`,
  )
  return rows.length
}
