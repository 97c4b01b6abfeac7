import type { QueryRunner, Table, TableColumn, TableIndex } from 'typeorm'
import { AppError } from '../../kernel/app-error.ts'

/** How far a migration is, kept in the database. */
export interface Steps {
  /** So many were carried out and written down by whoever died. */
  readonly done: number
  /** Whether anything is written down of who was here before: versions before this one wrote nothing. */
  readonly isKnown: boolean
  tell(runner: QueryRunner, done: number): Promise<void>
}

/** What MySQL says when a change of tables has been made already. */
const ALREADY = new Set([
  1050, // table exists
  1051, // unknown table, when it is to go
  1060, // column exists
  1061, // index exists
  1091, // no such column or index, when it is to go
  1146, // no such table, when it is renamed
])
/** A row is there already. */
const DUPLICATE = 1062

type NamedIndex = TableIndex & { name: string }

const errnoOf = (error: unknown): unknown => (error instanceof Error && 'errno' in error ? error.errno : undefined)
const changesTables = (text: string): boolean => /^\s*(?:ALTER|CREATE|DROP|RENAME|TRUNCATE)\b/i.test(text)
const nameOf = (named: string | { name: string }): string => (typeof named === 'string' ? named : named.name)

async function columnNames(runner: QueryRunner, table: string): Promise<string[]> {
  const rows = (await runner.query(
    'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?',
    [table],
  )) as { name: string }[]
  return rows.map(({ name }) => name)
}

async function hasIndex(runner: QueryRunner, table: string, index: string): Promise<boolean> {
  const rows = (await runner.query(
    `SELECT 1 FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ? LIMIT 1`,
    [table, index],
  )) as unknown[]
  return rows.length > 0
}

/** A table of this name may be somebody else's, and then nothing of ours may go on in it. */
async function isMade(runner: QueryRunner, table: Table): Promise<boolean> {
  const found = await columnNames(runner, table.name)
  if (found.length === 0) return false
  const wanted = table.columns.map(({ name }) => name)
  if (found.toSorted().join() === wanted.toSorted().join()) return true
  throw new AppError('db.strange-table', `the database has a table ${table.name} that is none of ours`, {
    zh: `数据库里已有一张别的表 ${table.name}，请给活水一个单独的数据库`,
  })
}

/** A runner that carries out a migration step by step and writes down after each how far it is, so that whoever takes over
 *  after a crash goes on where it was: MySQL commits with every change of a table, and a migration has no whole to undo.
 *  What changes rows is written down in its own transaction. A change of tables may have been made without being written
 *  down: whether it was, the tables tell. */
export function inSteps(runner: QueryRunner, steps: Steps): QueryRunner {
  let nth = 0
  async function changeTables(isDone: () => Promise<boolean>, carryOut: () => Promise<unknown>): Promise<void> {
    // Only the step on which somebody died may have been carried out unnoted.
    const isDoubtful = !steps.isKnown || nth === steps.done + 1
    if (isDoubtful && (await isDone())) return
    await carryOut().catch((error: unknown) => {
      // The statement of who died may still have been running when we looked.
      if (!isDoubtful || !ALREADY.has(Number(errnoOf(error)))) throw error
    })
  }

  async function step(work: () => Promise<unknown>): Promise<void> {
    nth++
    if (nth <= steps.done) return
    await work()
    await steps.tell(runner, nth)
  }

  const onTables = (isDone: () => Promise<boolean>, carryOut: () => Promise<unknown>): Promise<void> =>
    step(() => changeTables(isDone, carryOut))

  async function changeRows(text: string, params: unknown[] | undefined): Promise<void> {
    // TypeORM's own questions do not come this way, and those of a migration would be answered by nothing after a restart.
    if (/^\s*SELECT\b/i.test(text)) throw new AppError('db.unknown-step', 'a migration decides by no rows')
    nth++
    if (nth <= steps.done) return
    await runner.query('START TRANSACTION')
    try {
      await runner.query(text, params).catch((error: unknown) => {
        if (steps.isKnown || errnoOf(error) !== DUPLICATE) throw error
        // What was put in before stays as it is.
        return runner.query(text.replace(/^\s*INSERT INTO/i, 'INSERT IGNORE INTO'), params)
      })
      await steps.tell(runner, nth)
      await runner.query('COMMIT')
    } catch (error) {
      await runner.query('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  const changed: Partial<Omit<QueryRunner, 'query'>> & { query: (text: string, params?: unknown[]) => Promise<void> } =
    {
      createTable: (made) =>
        onTables(
          () => isMade(runner, made),
          () => runner.createTable(made),
        ),
      dropTable: (dropped) =>
        onTables(
          async () => !(await runner.hasTable(nameOf(dropped as string | Table))),
          () => runner.dropTable(dropped),
        ),
      addColumn: (to, column) =>
        onTables(
          async () => (await columnNames(runner, nameOf(to))).includes(column.name),
          () => runner.addColumn(to, column),
        ),
      dropColumn: (from, column) =>
        onTables(
          async () => !(await columnNames(runner, nameOf(from))).includes(nameOf(column as string | TableColumn)),
          () => runner.dropColumn(from, column),
        ),
      createIndex: (on, index) =>
        onTables(
          () => hasIndex(runner, nameOf(on), index.name ?? ''),
          () => runner.createIndex(on, index),
        ),
      dropIndex: (on, index) =>
        onTables(
          async () => !(await hasIndex(runner, nameOf(on), nameOf(index as string | NamedIndex))),
          () => runner.dropIndex(on, index),
        ),
      query: (text: string, params?: unknown[]) =>
        changesTables(text)
          ? onTables(
              () => Promise.resolve(false),
              () => runner.query(text, params),
            )
          : changeRows(text, params),
    }
  return new Proxy(runner, {
    get: (target, name) => {
      const own: unknown = changed[name as keyof typeof changed]
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, name)
      // Whatever else changes something would not be written down.
      if (typeof value === 'function' && name !== 'constructor') {
        throw new AppError('db.unknown-step', `no migration knows how to go on after a crash in ${String(name)}`)
      }
      return value
    },
  })
}
