import type { MigrationInterface, QueryRunner } from 'typeorm'
import { afterEach, expect, it } from 'vitest'
import { createDb, type Migrations } from '../server/core/db/db.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { id, integer, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, addIndex, createTable, dropColumns, dropIndex, dropTables, renameTable } from './frozen/table.ts'
import { migrations } from './index.ts'
import { CONTRACTS, FIRST_RELEASED_UNTIL } from './testing/contracts.ts'
import { narrowings, type Shape } from './testing/narrowings.ts'
import { tableShapes } from './testing/table-shapes.ts'

/** Two versions run side by side while a release rolls over: a migration adds, and what it takes away, nobody uses any more. */

const drops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const drop of drops.splice(0)) await drop()
})

/** A line for each narrowing of those that come after the `known` first ones. */
async function told(history: Migrations, known: number): Promise<{ migration: string; narrows: string }[]> {
  const { url, drop } = await createTestDatabase()
  drops.push(drop)
  const lines: { migration: string; narrows: string }[] = []
  let before: Shape[] = []
  for (let length = known; length <= history.length; length++) {
    const db = createDb(url, history.slice(0, length))
    await db.migrate()
    const after = await tableShapes(db)
    await db.close()
    const migration = history[length - 1]?.name ?? ''
    if (length > known) lines.push(...narrowings(before, after).map((narrows) => ({ migration, narrows })))
    before = after
  }
  return lines
}

const numberOf = (name: string): number => Number(name.slice(-4))

it('no migration since 0.1.0 takes anything away from the version before, but for what is written down as unused', async () => {
  const known = migrations.filter(({ name }) => numberOf(name) <= FIRST_RELEASED_UNTIL).length
  expect(await told(migrations, known)).toEqual(CONTRACTS.map(({ migration, narrows }) => ({ migration, narrows })))
  for (const { unusedSince } of CONTRACTS) expect(unusedSince).not.toBe('')
}, 120_000)

class First1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = [id(), text('name'), nullable(text('note')), withDefault(integer('n'), 0), integer('must')]
    await createTable(runner, { name: 'guest', columns, unique: [['name']] })
  }
  async down(): Promise<void> {}
}

const ADDS = [
  ['a table', (on: QueryRunner) => createTable(on, { name: 'room', columns: [text('name')], unique: [['name']] })],
  ['a column that may be empty', (on: QueryRunner) => addColumns(on, 'guest', [nullable(integer('age'))])],
  ['a column with a default', (on: QueryRunner) => addColumns(on, 'guest', [withDefault(integer('age'), 0)])],
  ['a key that a row has already', (on: QueryRunner) => addIndex(on, 'guest', ['name', 'n'], { isUnique: true })],
  [
    'a key with a column that the version before leaves empty',
    async (on: QueryRunner) => {
      await addColumns(on, 'guest', [nullable(integer('age'))])
      await addIndex(on, 'guest', ['n', 'age'], { isUnique: true })
    },
  ],
  ['an index', (on: QueryRunner) => addIndex(on, 'guest', ['n'])],
] as const
const NARROWS = [
  ['table guest is gone', (on: QueryRunner) => dropTables(on, ['guest'])],
  ['table guest is gone', (on: QueryRunner) => renameTable(on, 'guest', 'visitor', { unique: [['name']] })],
  ['column guest.note is gone', (on: QueryRunner) => dropColumns(on, 'guest', ['note'])],
  ['column guest.note is gone', (on: QueryRunner) => on.query('ALTER TABLE guest RENAME COLUMN note TO remark')],
  ['rows of guest may share name', (on: QueryRunner) => dropIndex(on, 'guest', ['name'])],
  [
    'rows of guest may not share age',
    async (on: QueryRunner) => {
      await addColumns(on, 'guest', [withDefault(integer('age'), 0)])
      await addIndex(on, 'guest', ['age'], { isUnique: true })
    },
  ],
  ['rows of guest may not share n', (on: QueryRunner) => addIndex(on, 'guest', ['n'], { isUnique: true })],
] as const
/** SQLite itself refuses such a column of a table that stands. */
const MUST = (on: QueryRunner) => addColumns(on, 'guest', [integer('age')])

const after = async (up: (on: QueryRunner) => Promise<unknown>): Promise<string[]> => {
  class Second1700000000002 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await up(runner)
    }
    async down(): Promise<void> {}
  }
  return (await told([First1700000000001, Second1700000000002], 1)).map(({ narrows }) => narrows)
}

it.each(ADDS)('%s may be added', async (_what, up) => expect(await after(up)).toEqual([]))
it.each(NARROWS)('it is told that %s', async (line, up) => expect(await after(up)).toEqual([line]))
it.runIf(process.env.TEST_MYSQL_URL)('a column that must be filled is told', async () =>
  expect(await after(MUST)).toEqual(['column guest.age must be filled']),
)

const column = { name: 'n', type: 'bigint', isNullable: false, hasDefault: false }
it.each([
  [[], { ...column, isNullable: true, hasDefault: true }, { ...column, isNullable: true }],
  [[], column, { ...column, isNullable: true }],
  [['column t.n must be filled'], { ...column, isNullable: true }, column],
  [['column t.n has no default any more'], { ...column, hasDefault: true }, column],
  [['column t.n is int and was bigint'], column, { ...column, type: 'int' }],
])('%j of a column that changes', (lines, was, is) => {
  const table = (one: typeof column): Shape[] => [{ name: 't', columns: [one], unique: [] }]
  expect(narrowings(table(was), table(is))).toEqual(lines)
})
