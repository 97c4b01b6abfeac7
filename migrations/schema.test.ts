import { afterAll, beforeAll, expect, it } from 'vitest'
import { EVERY_TABLE } from '../server/capabilities/tables.ts'
import type { ColumnSpec, Dialect } from '../server/core/db/columns.ts'
import { specOf } from '../server/core/db/define-table.ts'
import { auditTables } from '../server/records/audit/audit-tables.ts'
import { sessionTables } from '../server/sidebar-api/session-tables.ts'
import { createTestKit, type TestKit } from '../server/testing/test-kit.ts'
import { shopTables } from '../server/upkeep/shops/shop-tables.ts'
import { syncTables } from '../server/upkeep/sync/sync-tables.ts'

/** What a table is declared as is what the migrations have made, on both databases (`TEST_MYSQL_URL` chooses). */
const TABLES = [...EVERY_TABLE, ...syncTables, ...shopTables, ...sessionTables, ...auditTables].map(specOf)

let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit()
})
afterAll(() => kit.close())

function typeOf({ type }: ColumnSpec, dialect: Dialect): string {
  const onSqlite = dialect === 'sqlite'
  switch (type.kind) {
    case 'text':
      return `varchar(${type.length})`
    case 'longText':
      return onSqlite ? 'text' : 'longtext'
    case 'flag':
      return onSqlite ? 'integer' : 'tinyint'
    default:
      return onSqlite ? 'integer' : 'bigint'
  }
}

const byName = (lines: string[]): string[] => lines.sort()

it('every table of the database is declared, and no other', async () => {
  const names =
    kit.db.dialect === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migrations'"
      : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT IN ('migrations', 'migration_progress')"
  const found = (await kit.db.source.query(names)) as { name: string }[]
  expect(byName(found.map(({ name }) => name))).toEqual(byName(TABLES.map((table) => table.name)))
})

interface Found {
  columns: string[]
  keys: string[]
}

/** From what made the table: TypeORM's own question about the catalogue brings MariaDB 10.11 down now and then (signal 11)
 *  while tables are made elsewhere. */
async function foundOnMysql(name: string): Promise<Found> {
  const [row] = (await kit.db.source.query(`SHOW CREATE TABLE ${name}`)) as Record<string, string>[]
  const lines = String(row?.['Create Table']).split('\n')
  expect(lines.at(-1)).toContain('COLLATE=utf8mb4_bin')
  const primary = lines.map((line) => /^ {2}PRIMARY KEY \((.*)\)/.exec(line)?.[1] ?? '').join('')
  const columns = lines.flatMap((line) => {
    const [, column, type, rest = ''] = /^ {2}`(\w+)` (\S+)(.*)$/.exec(line) ?? []
    if (column === undefined || type === undefined) return []
    const collation = / COLLATE (\S+)/.exec(rest)?.[1] ?? 'utf8mb4_bin'
    const value = / DEFAULT ('[^']*'|\S+?),?$/.exec(rest)?.[1]?.replaceAll("'", '') ?? ''
    return [
      [
        `${column} ${type.replace(/^(bigint|tinyint)\(\d+\)/, '$1')}${collation === 'utf8mb4_bin' ? '' : ` ${collation}`}`,
        rest.includes('NOT NULL') ? 'not null' : 'null',
        primary.includes(`\`${column}\``) ? 'primary' : '',
        value === 'NULL' ? '' : value,
      ]
        .join(' ')
        .trimEnd(),
    ]
  })
  const keys = lines.flatMap((line) => {
    const [, unique, key, on = ''] = /^ {2}(UNIQUE )?KEY `(\w+)` \((.*)\)/.exec(line) ?? []
    return key === undefined ? [] : [`${key} ${unique ? 'unique ' : ''}${on.replaceAll('`', '').replaceAll(',', ', ')}`]
  })
  return { columns, keys }
}

async function foundOnSqlite(name: string): Promise<Found> {
  const runner = kit.db.source.createQueryRunner()
  const table = await runner.getTable(name)
  await runner.release()
  const columns = (table?.columns ?? []).map((column) => {
    const length = column.length === '' || column.type !== 'varchar' ? '' : `(${column.length})`
    const value = String(column.default ?? '').replaceAll("'", '')
    return `${column.name} ${column.type}${length} ${column.isNullable ? 'null' : 'not null'} ${column.isPrimary ? 'primary' : ''} ${value === 'NULL' ? '' : value}`.trimEnd()
  })
  const indices = (table?.indices ?? []).map(
    (index) => `${index.name} ${index.isUnique ? 'unique ' : ''}${index.columnNames.join(', ')}`,
  )
  const uniques = (table?.uniques ?? []).map((unique) => `${unique.name} unique ${unique.columnNames.join(', ')}`)
  return { columns, keys: [...new Set([...indices, ...uniques])] }
}

it.each(TABLES.map((table) => [table.name, table] as const))(
  '%s has the declared columns, types, lengths, defaults, keys and indexes',
  async (name, declared) => {
    const { dialect } = kit.db
    const found = await (dialect === 'mysql' ? foundOnMysql(name) : foundOnSqlite(name))
    const wanted = Object.entries(declared.columns).map(([column, spec]) =>
      `${column} ${typeOf(spec, dialect)} ${spec.isNullable ? 'null' : 'not null'} ${spec.isPrimary ? 'primary' : ''} ${spec.default ?? ''}`.trimEnd(),
    )
    expect(byName(found.columns)).toEqual(byName(wanted))

    const named = (columns: readonly string[]) => `ix_${name}_${columns.join('_')}`.slice(0, 63)
    expect(byName(found.keys)).toEqual(
      byName([
        ...declared.unique.map((columns) => `${named(columns)} unique ${columns.join(', ')}`),
        ...declared.indices.map((columns) => `${named(columns)} ${columns.join(', ')}`),
      ]),
    )
  },
)
