import type { Dialect } from './columns.ts'
import type { TableSpec } from './define-table.ts'
import { keyColumns, rowsWith, withIds } from './keys.ts'
import type { Changed, Line, Row } from './line.ts'
import type { ReadMemory } from './read-memory.ts'
import type { Rendered, SqlValue } from './sql.ts'

/** A question, as it goes out. */
export interface Question extends Rendered {
  /** Columns whose numbers the driver may hand over as text. */
  numbers: readonly string[]
}

/** What becomes of a row whose key is known: columns that are overwritten, or increased. All: whatever the row says beside
 *  its key overwrites. */
export type Merging = readonly { column: string; isAdded: boolean }[] | 'all'

/** The statements of one transaction, in the words of its database. Rows are checked. */
export interface Statements {
  find(question: Question): Promise<Row[]>
  /** The answer, where it is known already. */
  recall(question: Question): Row[] | undefined
  /** For who finds answers to several questions with another one. */
  keep(question: Question, rows: readonly Row[]): void
  /** UPDATE or DELETE; gives the number of rows that it found. */
  run(text: string, params: SqlValue[]): Promise<number>
  /** Gives the id that the database chose. */
  insert(table: TableSpec, row: Row): Promise<number>
  /** Gives the id that the database chose; undefined when one of its keys is known. */
  insertOne(table: TableSpec, row: Row): Promise<number | undefined>
  /** Gives how many broke no unique key. */
  insertUnknown(table: TableSpec, rows: Row[]): Promise<number>
  /** The same; gives those rows with their ids. Undefined when some were known and the database does not tell which. */
  insertNew(table: TableSpec, rows: Row[]): Promise<Row[] | undefined>
  merge(table: TableSpec, rows: Row[], key: readonly string[], merging: Merging): Promise<void>
  savepoint(verb: 'SAVEPOINT' | 'RELEASE SAVEPOINT' | 'ROLLBACK TO SAVEPOINT', name: string): Promise<void>
}

const quote = (name: string): string => `\`${name}\``
const list = (names: readonly string[]): string => names.map(quote).join(', ')

function valuesClause(rows: Row[], columns: string[]): { sql: string; params: SqlValue[] } {
  const params: SqlValue[] = []
  for (const row of rows) for (const column of columns) params.push(row[column] ?? null)
  const marks = `(${columns.map(() => '?').join(', ')})`
  return { sql: Array(rows.length).fill(marks).join(', '), params }
}

/** An id that no row of ours has. */
const WAS_KNOWN = Number.MAX_SAFE_INTEGER

/** SQLite refuses more than 32,766 marks in one statement. */
const MAX_MARKS = 30_000

const areSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((name, nth) => name === others[nth])

/** Rows that say the same columns, as many as one statement takes: what the first row does not name is the next one's own. */
function* chunks(rows: Row[]): Generator<Row[]> {
  let part: Row[] = []
  let columns: string[] = []
  let most = 0
  for (const row of rows) {
    const names = Object.keys(row)
    if (part.length > 0 && (part.length >= most || !areSame(names, columns))) {
      yield part
      part = []
    }
    columns = names
    most = Math.max(1, Math.floor(MAX_MARKS / (names.length || 1)))
    part.push(row)
  }
  if (part.length > 0) yield part
}

const NOTHING_CHANGED: Changed = { affected: 0, insertId: 0, duplicates: 0 }

/** The table that an UPDATE or a DELETE writes to. */
const writtenBy = (text: string): string | undefined =>
  /^\s*(?:UPDATE(?: OR IGNORE| IGNORE)?|DELETE FROM) `?(\w+)/.exec(text)?.[1]

/** What becomes of rows whose key is known. */
function mergeClause(
  dialect: Dialect,
  table: string,
  columns: readonly string[],
  key: readonly string[],
  merging: Merging,
): string {
  const given = (column: string): string =>
    dialect === 'mysql' ? `VALUES(${quote(column)})` : `excluded.${quote(column)}`
  const changes =
    merging === 'all'
      ? columns.filter((column) => !key.includes(column)).map((column) => ({ column, isAdded: false }))
      : merging
  const sets = changes.map(({ column, isAdded }) =>
    isAdded
      ? `${quote(column)} = ${quote(table)}.${quote(column)} + ${given(column)}`
      : `${quote(column)} = ${given(column)}`,
  )
  const first = quote(key[0] ?? '')
  return dialect === 'mysql'
    ? `ON DUPLICATE KEY UPDATE ${sets.join(', ') || `${first} = ${first}`}`
    : `ON CONFLICT (${list(key)}) DO ${sets.length > 0 ? `UPDATE SET ${sets.join(', ')}` : 'NOTHING'}`
}

/** `memory`: what it has been told is not asked again; left out where nothing is asked twice. */
export function createStatements(line: Line, dialect: Dialect, memory?: ReadMemory): Statements {
  /** On MySQL others may have written while we waited for a row of theirs; SQLite has one writer. */
  const waited = (): void => (dialect === 'mysql' ? memory?.forget() : undefined)

  async function insertInto(table: string, text: string, params: SqlValue[]): Promise<Changed> {
    const result = await line.change(text, params)
    memory?.changed(table)
    return result
  }

  /** Of one row MySQL does not tell apart whether it was known, unless it is told to say so. A plain INSERT that fails would
   *  hold the known row for readers: of two that then write to it, each waits for the other. */
  async function insertOne(table: string, row: Row): Promise<Changed> {
    const columns = Object.keys(row)
    const { sql, params } = valuesClause([row], columns)
    const insert = `INSERT INTO ${quote(table)} (${list(columns)}) VALUES ${sql}`
    if (dialect === 'sqlite') return insertInto(table, `${insert} ON CONFLICT DO NOTHING`, params)
    const first = quote(columns[0] ?? '')
    const saying = `IF(LAST_INSERT_ID(${WAS_KNOWN}) = 0, ${first}, ${first})`
    const changed = await insertInto(table, `${insert} ON DUPLICATE KEY UPDATE ${first} = ${saying}`, params)
    if (changed.insertId !== WAS_KNOWN) return changed
    waited()
    return NOTHING_CHANGED
  }

  /** Of several rows MySQL counts those that were known. */
  async function insertPart(table: string, rows: Row[]): Promise<number> {
    const [lead, ...more] = rows
    if (lead !== undefined && more.length === 0) return (await insertOne(table, lead)).affected
    const columns = Object.keys(lead ?? {})
    const { sql, params } = valuesClause(rows, columns)
    const insert = `INSERT INTO ${quote(table)} (${list(columns)}) VALUES ${sql}`
    if (dialect === 'sqlite') return (await insertInto(table, `${insert} ON CONFLICT DO NOTHING`, params)).affected
    const first = quote(columns[0] ?? '')
    const { duplicates } = await insertInto(table, `${insert} ON DUPLICATE KEY UPDATE ${first} = ${first}`, params)
    if (duplicates > 0) waited()
    return rows.length - duplicates
  }

  async function insertNewPart(table: TableSpec, rows: Row[]): Promise<Row[] | undefined> {
    if (dialect === 'mysql') {
      if ((await insertPart(table.name, rows)) < rows.length) return undefined
      return withIds(table, rows, await rowsWith({ find }, table, rows))
    }
    const columns = Object.keys(rows[0] ?? {})
    const { sql, params } = valuesClause(rows, columns)
    const given = list(keyColumns(table))
    const told = await line.rows(
      `INSERT INTO ${quote(table.name)} (${list(columns)}) VALUES ${sql} ON CONFLICT DO NOTHING RETURNING ${given}`,
      params,
    )
    memory?.changed(table.name)
    return withIds(table, rows, told)
  }

  async function mergePart(table: string, rows: Row[], key: readonly string[], merging: Merging): Promise<void> {
    const columns = Object.keys(rows[0] ?? {})
    const { sql, params } = valuesClause(rows, columns)
    const head = `INSERT INTO ${quote(table)} (${list(columns)}) VALUES ${sql}`
    const rest = mergeClause(dialect, table, columns, key, merging)
    await insertInto(table, `${head} ${rest}`, params)
    waited()
  }

  /** SQLite's one writer holds all there is: what it knows stays so until it writes itself. */
  const isAsked = ({ isLocking }: Question): boolean => isLocking === true && dialect === 'mysql'
  const recall = (question: Question): Row[] | undefined =>
    isAsked(question) ? undefined : memory?.recall(question.text, question.params)
  const keep = (question: Question, rows: readonly Row[]): void => {
    if (!isAsked(question)) memory?.keep(question.text, question.params, rows)
  }

  async function find(question: Question): Promise<Row[]> {
    const known = recall(question)
    if (known !== undefined) return known
    const { text, params, numbers } = question
    const rows = await line.rows(text, params)
    for (const name of numbers) for (const row of rows) if (row[name] != null) row[name] = Number(row[name])
    if (isAsked(question)) waited()
    else keep(question, rows)
    return rows
  }

  return {
    find,
    recall,
    keep,
    run: async (text, params) => {
      const table = writtenBy(text)
      const { affected } = await line.change(text, params)
      if (table === undefined) memory?.forget()
      else memory?.changed(table)
      waited()
      return affected
    },
    insert: async ({ name }, row) => {
      const columns = Object.keys(row)
      const { sql, params } = valuesClause([row], columns)
      return (await insertInto(name, `INSERT INTO ${quote(name)} (${list(columns)}) VALUES ${sql}`, params)).insertId
    },
    insertOne: async ({ name }, row) => {
      const { affected, insertId } = await insertOne(name, row)
      return affected === 0 ? undefined : insertId
    },
    insertUnknown: async ({ name }, rows) => {
      let inserted = 0
      for (const part of chunks(rows)) inserted += await insertPart(name, part)
      return inserted
    },
    insertNew: async (table, rows) => {
      const fresh: Row[] = []
      for (const part of chunks(rows)) {
        const some = await insertNewPart(table, part)
        if (some === undefined) return undefined
        fresh.push(...some)
      }
      return fresh
    },
    merge: async ({ name }, rows, key, merging) => {
      for (const part of chunks(rows)) await mergePart(name, part, key, merging)
    },
    savepoint: async (verb, name) => {
      if (verb === 'ROLLBACK TO SAVEPOINT') memory?.forget()
      await line.change(`${verb} ${name}`)
    },
  }
}
