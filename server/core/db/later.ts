import type { TableSpec } from './define-table.ts'
import type { Row } from './line.ts'
import type { Merging, Statements } from './statements.ts'

/** Rows that need not go in at once, since nobody asks what was new. They go in before anything is asked of their table, at
 *  the latest when all is settled. */
export interface Later {
  insertLater(table: TableSpec, rows: Row[]): Promise<void>
  mergeLater(table: TableSpec, rows: Row[], key: readonly string[], merging: Merging): Promise<void>
  /** Some wait for this table. */
  isToCome(table: TableSpec): boolean
  /** They go in now. */
  settle(): Promise<void>
  /** What waits for this table goes in now; gives the new ones, ids among it. Undefined: it is in, but nobody knows what of it
   *  is new. */
  settleNew(table: TableSpec): Promise<Row[] | undefined>
}

/** Where each statement is a commit of its own, nothing may wait. */
export const atOnce = (base: Statements): Statements & Later => ({
  ...base,
  insertLater: async (table, rows) => void (await base.insertUnknown(table, rows)),
  mergeLater: (table, rows, key, merging) => base.merge(table, rows, key, merging),
  isToCome: () => false,
  settle: async () => undefined,
  settleNew: async () => [],
})

interface Waiting {
  rows: Row[]
  /** What tells it from others that go into the same table. */
  kind: string
  putIn(rows: Row[]): Promise<unknown>
}

/** Whether a row of one list has a unique key of the other's. */
function isSame({ unique, columns }: TableSpec, some: readonly Row[], others: readonly Row[]): boolean {
  if (some.length === 0) return false
  const primary = Object.entries(columns).flatMap(([name, { isPrimary }]) => (isPrimary ? [name] : []))
  return [...unique, primary].some((key) => {
    // What has a null is like nothing else, an id that the database has yet to choose among it.
    const isWhole = (row: Row): boolean => key.every((column) => (row[column] ?? null) !== null)
    const of = (row: Row): string => JSON.stringify(key.map((column) => row[column]))
    const known = new Set(some.filter(isWhole).map(of))
    return known.size > 0 && others.some((row) => isWhole(row) && known.has(of(row)))
  })
}

const asWord = new Map<string, RegExp>()
/** Whether a statement is about this table: `follow` is not in `follow_tag`. */
function names(text: string, table: string): boolean {
  const word = asWord.get(table) ?? new RegExp(`\\b${table}\\b`)
  asWord.set(table, word)
  return word.test(text)
}

/** Notes, events and actions are written from many places of one transaction: what waits for one table is one statement.
 *  Everybody who asks the table, or writes to it, finds them in it. */
export function withLater(base: Statements): Statements & Later {
  const waiting = new Map<string, Waiting>()

  async function put(name: string): Promise<void> {
    const one = waiting.get(name)
    if (one === undefined) return
    waiting.delete(name)
    await one.putIn(one.rows)
  }

  async function settle(): Promise<void> {
    for (const name of [...waiting.keys()]) await put(name)
  }

  /** Before a statement that may be about any of them. */
  async function before(text: string): Promise<void> {
    if (waiting.size === 0) return
    for (const name of [...waiting.keys()]) if (names(text, name)) await put(name)
  }

  /** Those that wait may wait on, unless one of them is one of these. */
  async function beforeInserting(table: TableSpec, rows: readonly Row[]): Promise<void> {
    if (isSame(table, waiting.get(table.name)?.rows ?? [], rows)) await put(table.name)
  }

  async function add(name: string, rows: Row[], how: Pick<Waiting, 'kind' | 'putIn'>): Promise<void> {
    if (waiting.get(name)?.kind !== how.kind) await put(name)
    const one = waiting.get(name)
    if (one === undefined) waiting.set(name, { rows: [...rows], ...how })
    else one.rows.push(...rows)
  }

  return {
    insertLater: (table, rows) =>
      add(table.name, rows, { kind: 'insert', putIn: (all) => base.insertUnknown(table, all) }),
    mergeLater: (table, rows, key, merging) =>
      add(table.name, rows, {
        kind: JSON.stringify([key, merging]),
        putIn: (all) => base.merge(table, all, key, merging),
      }),
    isToCome: ({ name }) => waiting.has(name),
    settle,
    settleNew: async (table) => {
      const one = waiting.get(table.name)
      if (one === undefined) return []
      if (one.kind === 'insert') {
        waiting.delete(table.name)
        return base.insertNew(table, one.rows)
      }
      await put(table.name)
      return undefined
    },
    recall: (question) =>
      [...waiting.keys()].some((name) => names(question.text, name)) ? undefined : base.recall(question),
    keep: base.keep,
    find: (question) =>
      waiting.size === 0 ? base.find(question) : before(question.text).then(() => base.find(question)),
    run: async (text, params) => {
      await before(text)
      return base.run(text, params)
    },
    insert: async (table, row) => {
      await put(table.name)
      return base.insert(table, row)
    },
    insertOne: async (table, row) => {
      await beforeInserting(table, [row])
      return base.insertOne(table, row)
    },
    insertNew: async (table, rows) => {
      await beforeInserting(table, rows)
      return base.insertNew(table, rows)
    },
    insertUnknown: async (table, rows) => {
      await beforeInserting(table, rows)
      return base.insertUnknown(table, rows)
    },
    merge: async (table, rows, key, merging) => {
      await put(table.name)
      await base.merge(table, rows, key, merging)
    },
    savepoint: async (verb, name) => {
      // What waits when work is undone came after its savepoint, since whatever waited before has gone in with that.
      if (verb === 'ROLLBACK TO SAVEPOINT') waiting.clear()
      else await settle()
      await base.savepoint(verb, name)
    },
  }
}
