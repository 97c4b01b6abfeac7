import { specOf, type Table } from '../../core/db/define-table.ts'
import { list, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { CUSTOMER_PHONE } from '../../records/customers/customer-tables.ts'
import { WHOLE_DATABASE } from './every-table.ts'
import { columnOf, ownRows, type PersonNames } from './own-rows.ts'

const hasColumn = (table: Table, name: string): boolean => Object.hasOwn(specOf(table).columns, name)

/** Every name under which something of this customer lies or may still come: from their own rows, wherever those are. A phone
 *  that another customer has too names nobody. */
export async function personNames(tx: ReadTx, externalUserId: string): Promise<PersonNames> {
  const alone: PersonNames = { externalUserId, unionIds: [], phoneHashes: [] }
  const valuesOf = async (name: string): Promise<string[]> => {
    const found = new Set<string>()
    for (const table of WHOLE_DATABASE) {
      const theirs = hasColumn(table, name) ? ownRows(table, alone) : undefined
      if (theirs === undefined) continue
      const column = columnOf(table, name)
      const value = select({ value: column })
      const rows = await tx.rows(
        sql`SELECT DISTINCT ${value} FROM ${table} WHERE ${theirs} AND ${column} IS NOT NULL` as Sql<{ value: string }>,
      )
      for (const row of rows) found.add(row.value)
    }
    return [...found]
  }
  const unionIds = [...new Set([...(await valuesOf('unionid')), ...(await valuesOf('given_unionid'))])]
  const phones = await valuesOf('phone_hash')
  return { externalUserId, unionIds, phoneHashes: await notShared(tx, externalUserId, phones) }
}

async function notShared(tx: ReadTx, externalUserId: string, phoneHashes: string[]): Promise<string[]> {
  if (phoneHashes.length === 0) return []
  const p = CUSTOMER_PHONE
  const others = await tx.rows(
    sql`SELECT ${select({ hash: p.phone_hash })} FROM ${p}
        WHERE ${p.phone_hash} IN ${list(phoneHashes)} AND ${p.external_userid} <> ${externalUserId}`,
  )
  const shared = new Set(others.map(({ hash }) => hash))
  return phoneHashes.filter((hash) => !shared.has(hash))
}
