import type { Db } from '../../core/db/db.ts'
import { type Column, specOf, type Table } from '../../core/db/define-table.ts'
import type { DataKind } from '../../core/db/personal-data.ts'
import { commas, maybeNumber, type Sql, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { FOLLOW } from '../../records/customers/customer-tables.ts'
import { WHOLE_DATABASE } from './every-table.ts'
import { columnOf, holdsPeople, keyOf, personalOf } from './own-rows.ts'

/** Rows looked at in one transaction. */
const WINDOW = 2_000

/** What people, shops and guides may have written phones into. */
const WRITTEN: readonly DataKind[] = ['name', 'free-text', 'purchase', 'conduct', 'mixed']
/** Of these no digit is a phone's. */
const NAMES_THINGS = /id$|key|code|url|hash|sku|_at$|AtMs$/i

type Row = Record<string, string | number | null>

/** Masks the phones in what was stored before they were masked at entry, and empties what is no longer kept (`description` of a
 *  follow). A window of rows at a time; what still waits to be done is left as it is, since it is what will be done. Gives the
 *  changed rows of each column. Safe to repeat and to cut off. */
export async function maskStored(db: Db, onTable: (table: string) => void): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const count = (table: Table, column: string): void => {
    const name = `${specOf(table).name}.${column}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  for (const table of WHOLE_DATABASE) {
    const columns = writtenIn(table)
    if (columns.length === 0) continue
    onTable(specOf(table).name)
    await eachWindow(db, table, async (tx, where) => {
      const key = keyOf(table)
      const listed = commas([key, ...columns].map((column) => sql`${column}`))
      const rows = await tx.rows(sql`SELECT ${listed} FROM ${table} WHERE ${where}` as Sql<Row>)
      for (const row of rows) {
        const changed = columns.filter((column) => maskedOf(row[column.name]) !== row[column.name])
        if (changed.length === 0) continue
        const changes = commas(changed.map((column) => sql`${column} = ${maskedOf(row[column.name])}`))
        await tx.run(sql`UPDATE ${table} SET ${changes} WHERE ${key} = ${row[key.name] ?? null}`)
        for (const column of changed) count(table, column.name)
      }
    })
  }
  await eachWindow(db, FOLLOW, async (tx, where) => {
    const emptied = await tx.run(
      sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, { description: null })} WHERE ${where} AND ${FOLLOW.description} IS NOT NULL`,
    )
    for (let n = 0; n < emptied; n++) count(FOLLOW, 'description')
  })
  return counts
}

/** Columns of text in which people's words may stand; keys, by which things are known, are ours. */
function writtenIn(table: Table): Column[] {
  const personal = personalOf(table)
  if (!holdsPeople(personal)) return []
  const { unique, columns } = specOf(table)
  return Object.entries(personal.holds as Record<string, DataKind>)
    .filter(([name, kind]) => WRITTEN.includes(kind) && /text/i.test(columns[name]?.type.kind ?? ''))
    .filter(([name]) => !unique.some((names) => names.includes(name)))
    .map(([name]) => columnOf(table, name))
}

function maskedOf(value: string | number | null | undefined): string | null {
  if (typeof value !== 'string') return value === undefined || value === null ? null : String(value)
  if (!/^\s*[[{]/.test(value)) return maskPhones(value)
  try {
    const json: unknown = JSON.parse(value)
    const masked = maskedJson(json)
    return JSON.stringify(masked) === JSON.stringify(json) ? value : JSON.stringify(masked)
  } catch {
    return maskPhones(value)
  }
}

function maskedJson(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return NAMES_THINGS.test(name) ? value : maskPhones(value)
  if (Array.isArray(value)) return value.map((one) => maskedJson(one, name))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, maskedJson(one, key)]))
}

const isOver = (table: Table): Sql => {
  const personal = personalOf(table)
  return holdsPeople(personal) && personal.kept === 'callback'
    ? sql`${columnOf(table, 'state')} NOT IN ('new', 'waiting', 'running')`
    : sql`1 = 1`
}

/** By ranges of its number; a table without numbers is small, or goes by its key. */
async function eachWindow(db: Db, table: Table, work: (tx: Tx, where: Sql) => Promise<void>): Promise<void> {
  const key = keyOf(table)
  if (key.spec.type.kind === 'id') {
    const ends = select({ first: maybeNumber(sql`MIN(${key})`), last: maybeNumber(sql`MAX(${key})`) })
    const found = await db.statement((tx) => tx.row(sql`SELECT ${ends} FROM ${table}`))
    for (let from = found?.first ?? 1; from <= (found?.last ?? 0); from += WINDOW) {
      await db.tx((tx) => work(tx, sql`${key} >= ${from} AND ${key} < ${from + WINDOW} AND ${isOver(table)}`))
    }
    return
  }
  for (let after = ''; ; ) {
    const from = after
    const last = await db.tx(async (tx) => {
      const page = await tx.rows(
        sql`SELECT ${select({ key })} FROM ${table} WHERE ${key} > ${from} ORDER BY ${key} LIMIT ${WINDOW}` as Sql<{
          key: string
        }>,
      )
      const end = page.at(-1)?.key
      if (end !== undefined) await work(tx, sql`${key} > ${from} AND ${key} <= ${end} AND ${isOver(table)}`)
      return page.length < WINDOW ? undefined : end
    })
    if (last === undefined) return
    after = last
  }
}
