import { checkRow } from './check-row.ts'
import type { Dialect } from './columns.ts'
import { isDeadlock } from './deadlock.ts'
import { type ColumnName, type NewRowOf, type OnlyColumns, type RowOf, specOf, type Table } from './define-table.ts'
import type { Later } from './later.ts'
import type { Row } from './line.ts'
import { createSideBySide } from './side-by-side.ts'
import { render, type Sql } from './sql.ts'
import type { Merging, Statements } from './statements.ts'

export type { Row } from './line.ts'
export type { SqlValue } from './sql.ts'

/** An open transaction, the only way to the tables. Queries are written with `sql`, which names declared columns; what the
 *  two databases spell differently goes through the methods below. Money fen and instants come back as numbers. Whatever
 *  inserts throws db.too-long and db.is-null, on both databases alike, where the declaration does not allow a value. */
export interface Tx {
  readonly dialect: Dialect
  /** The rows of a SELECT, in the shape of its selections. */
  rows<Found>(query: Sql<Found>): Promise<Readonly<Found>[]>
  row<Found>(query: Sql<Found>): Promise<Readonly<Found> | undefined>
  /** UPDATE or DELETE; gives the number of rows that it found. */
  run(query: Sql): Promise<number>
  /** Inserts one row; gives the id that the database chose. */
  insert<Of extends Table, New extends NewRowOf<Of>>(table: Of, row: OnlyColumns<New, Of>): Promise<number>
  /** The same, unless one of its unique keys is known: then undefined. */
  insertOne<Of extends Table, New extends NewRowOf<Of>>(
    table: Of,
    row: OnlyColumns<New, Of>,
  ): Promise<number | undefined>
  /** Inserts the rows that break no unique key; gives how many were new. All rows have the same columns. Every fault other
   *  than a known key is thrown. */
  insertIgnore<Of extends Table, New extends NewRowOf<Of>>(table: Of, rows: OnlyColumns<New, Of>[]): Promise<number>
  /** The same for whoever need not know what was new: they go in before anything is asked of the table, at the latest with
   *  the commit, and what several places of a transaction put into one table is one statement. */
  insertLater<Of extends Table, New extends NewRowOf<Of>>(table: Of, rows: OnlyColumns<New, Of>[]): Promise<void>
  /** The same for `upsert` and `increase`. */
  upsertLater<Of extends Table, New extends NewRowOf<Of>>(
    table: Of,
    rows: OnlyColumns<New, Of>[],
    key: ColumnName<Of>[],
    update?: ColumnName<Of>[],
  ): Promise<void>
  increaseLater<Of extends Table, New extends NewRowOf<Of>>(
    table: Of,
    rows: OnlyColumns<New, Of>[],
    key: ColumnName<Of>[],
    ...columns: ColumnName<Of>[]
  ): Promise<void>
  /** Whether something waits to go into this table. */
  isToCome(table: Table): boolean
  /** What was to go in later goes in now, and its faults are thrown here. */
  settle(): Promise<void>
  /** Of one table; gives the rows that are new, with what was said of them and their ids. Undefined: they are in, but what of
   *  it is new the database does not say. */
  settleNew<Of extends Table>(
    table: Of,
  ): Promise<(NewRowOf<Of> & Pick<RowOf<Of>, 'id' & keyof RowOf<Of>>)[] | undefined>
  /** Inserts, or updates the columns that are not in `key` (or only those in `update`). */
  upsert<Of extends Table, New extends NewRowOf<Of>>(
    table: Of,
    rows: OnlyColumns<New, Of>[],
    key: ColumnName<Of>[],
    update?: ColumnName<Of>[],
  ): Promise<void>
  /** Inserts, or adds the row's `columns` to what stands there under `key`. */
  increase<Of extends Table, New extends NewRowOf<Of>>(
    table: Of,
    rows: OnlyColumns<New, Of>[],
    key: ColumnName<Of>[],
    ...columns: ColumnName<Of>[]
  ): Promise<void>
  /** Work that is undone alone when it throws; the transaction goes on. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
  /** Several pieces of work at once: what they ask for in the same words at the same time is one statement. Only for work
   *  of which none reads what another writes. When one fails, all must be undone; `NotSideBySide`: they have met all the
   *  same, or undo something of their own, and are done one after the other. */
  sideBySide(works: readonly ((tx: Tx) => Promise<void>)[]): Promise<void>
  /** Runs once the commit is durable; for nudges only, never for work that must happen. */
  afterCommit(callback: () => void): void
}

/** What may be done where nothing may be changed. */
export type ReadTx = Pick<Tx, 'dialect' | 'rows' | 'row'>

/** Undefined is absent: the same as a null. */
function checked(table: Table, rows: readonly object[]): Row[] {
  for (const row of rows) checkRow(specOf(table), row as Row)
  return rows as Row[]
}

const overwriting = (columns: string[] | undefined): Merging =>
  columns?.map((column) => ({ column, isAdded: false })) ?? 'all'
const adding = (columns: string[]): Merging => columns.map((column) => ({ column, isAdded: true }))

export function createTx(statements: Statements & Later, dialect: Dialect, onCommit: (() => void)[]): Tx {
  const find = (piece: Sql): Promise<Row[]> => {
    const { text, params, isLocking } = render(piece, dialect)
    return statements.find({ text, params, isLocking, numbers: piece.numbers })
  }

  let savepoints = 0
  const tx = {
    dialect,
    rows: find,
    row: async (piece: Sql) => (await find(piece))[0],
    run: async (piece: Sql) => {
      const { text, params } = render(piece, dialect)
      return statements.run(text, params)
    },
    insert: async (table: Table, row: object) => {
      const [values = {}] = checked(table, [row])
      return statements.insert(specOf(table), values)
    },
    insertOne: async (table: Table, row: object) => {
      const [values = {}] = checked(table, [row])
      return statements.insertOne(specOf(table), values)
    },
    insertIgnore: async (table: Table, rows: readonly object[]) =>
      statements.insertUnknown(specOf(table), checked(table, rows)),
    insertLater: async (table: Table, rows: readonly object[]) => {
      if (rows.length > 0) await statements.insertLater(specOf(table), checked(table, rows))
    },
    upsert: async (table: Table, rows: readonly object[], key: string[], update?: string[]) =>
      statements.merge(specOf(table), checked(table, rows), key, overwriting(update)),
    upsertLater: async (table: Table, rows: readonly object[], key: string[], update?: string[]) => {
      if (rows.length > 0) await statements.mergeLater(specOf(table), checked(table, rows), key, overwriting(update))
    },
    increase: async (table: Table, rows: readonly object[], key: string[], ...columns: string[]) =>
      statements.merge(specOf(table), checked(table, rows), key, adding(columns)),
    increaseLater: async (table: Table, rows: readonly object[], key: string[], ...columns: string[]) => {
      if (rows.length > 0) await statements.mergeLater(specOf(table), checked(table, rows), key, adding(columns))
    },
    isToCome: (table: Table) => statements.isToCome(specOf(table)),
    settle: () => statements.settle(),
    settleNew: (table: Table) => statements.settleNew(specOf(table)),
    savepoint: async <T>(work: () => Promise<T>): Promise<T> => {
      savepoints += 1
      const name = `sp_${savepoints}`
      await statements.savepoint('SAVEPOINT', name)
      const committedBefore = onCommit.length
      try {
        const result = await work()
        await statements.savepoint('RELEASE SAVEPOINT', name)
        return result
      } catch (error) {
        onCommit.length = committedBefore
        if (isDeadlock(error)) throw error
        await statements.savepoint('ROLLBACK TO SAVEPOINT', name)
        await statements.savepoint('RELEASE SAVEPOINT', name)
        throw error
      }
    },
    sideBySide: async (works: readonly ((own: Tx) => Promise<void>)[]): Promise<void> => {
      const together = createSideBySide(statements, dialect)
      const lanes = works.map((work) => ({ work, lane: together.open(), committed: [] as (() => void)[] }))
      const ends = await Promise.allSettled(
        lanes.map(({ work, lane, committed }) => work(createTx(lane.statements, dialect, committed)).finally(lane.end)),
      )
      const faults = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
      if (faults.length > 0) throw faults.find(isDeadlock) ?? faults[0]
      onCommit.push(...lanes.flatMap(({ committed }) => committed))
    },
    afterCommit: (callback: () => void) => {
      onCommit.push(callback)
    },
  }
  // The shapes of rows are the declarations' word for what the driver gives; nothing else can vouch for them.
  return tx as unknown as Tx
}
