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

it.each(TABLES.map((table) => [table.name, table] as const))(
  '%s has the declared columns, types, lengths, defaults, keys and indexes',
  async (name, declared) => {
    const { dialect } = kit.db
    const runner = kit.db.source.createQueryRunner()
    const table = await runner.getTable(name)
    await runner.release()
    const found = (table?.columns ?? []).map((column) => {
      const length = column.length === '' || column.type !== 'varchar' ? '' : `(${column.length})`
      const value = String(column.default ?? '').replaceAll("'", '')
      const collation = column.type.endsWith('text') || column.type === 'varchar' ? (column.collation ?? '') : ''
      return `${column.name} ${column.type}${length}${collation === '' || collation === 'utf8mb4_bin' ? '' : ` ${collation}`} ${column.isNullable ? 'null' : 'not null'} ${column.isPrimary ? 'primary' : ''} ${value === 'NULL' ? '' : value}`.trimEnd()
    })
    const wanted = Object.entries(declared.columns).map(([column, spec]) =>
      `${column} ${typeOf(spec, dialect)} ${spec.isNullable ? 'null' : 'not null'} ${spec.isPrimary ? 'primary' : ''} ${spec.default ?? ''}`.trimEnd(),
    )
    expect(byName(found)).toEqual(byName(wanted))

    const indices = (table?.indices ?? []).map(
      (index) => `${index.name} ${index.isUnique ? 'unique ' : ''}${index.columnNames.join(', ')}`,
    )
    const uniques = (table?.uniques ?? []).map((unique) => `${unique.name} unique ${unique.columnNames.join(', ')}`)
    const named = (columns: readonly string[]) => `ix_${name}_${columns.join('_')}`.slice(0, 63)
    expect(byName([...new Set([...indices, ...uniques])])).toEqual(
      byName([
        ...declared.unique.map((columns) => `${named(columns)} unique ${columns.join(', ')}`),
        ...declared.indices.map((columns) => `${named(columns)} ${columns.join(', ')}`),
      ]),
    )
  },
)
