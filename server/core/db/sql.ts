import type { Dialect } from './columns.ts'
import { type Column, type ColumnName, columnOf, columnsOf, type RowOf, type Table } from './define-table.ts'
import { type Rendering, Sql, type SqlValue } from './sql-piece.ts'
import { renderPart, TemplateSql } from './written-text.ts'

export type { Sql, SqlValue } from './sql-piece.ts'

type Part = SqlValue | Column<never> | Column | Table | Sql
type RowIn<Parts> = Parts extends readonly [infer First, ...infer Rest]
  ? (First extends Selection<infer Row> ? Row : unknown) & RowIn<Rest>
  : unknown

/** What a SELECT lists. Made by `pick`, `all` and `select`. */
export class Selection<Row> extends Sql<Row> {
  declare readonly selected?: Row
}

/** The rows of a selection. */
export type Selected<Of> = Of extends Selection<infer Row> ? Row : never

const NONE: readonly string[] = []

/** SQL that both databases understand. What stands in braces is a table, a column, a piece of SQL, or else a value that
 *  is sent apart from the text; rows have the shape of the selections in it. */
export function sql<const Parts extends readonly Part[]>(
  texts: TemplateStringsArray,
  ...parts: Parts
): Sql<RowIn<Parts>> {
  let numbers: readonly string[] = NONE
  // By number, since these loops are most of what a statement costs before it goes out.
  for (let nth = 0; nth < parts.length; nth++) {
    const part = parts[nth]
    if (part instanceof Selection && part.numbers.length > 0) numbers = [...numbers, ...part.numbers]
  }
  return new TemplateSql(texts, parts, numbers)
}

const joined = (pieces: readonly Sql[], separator: string): Sql =>
  new Sql((into) => {
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) into.text += separator
      piece.render(into)
    }
  })

/** `(?, ?, ?)`. Throws for none: `IN ()` is a fault on MySQL, and `NOT IN` nobody would be everybody. */
export function list(values: readonly SqlValue[]): Sql {
  if (values.length === 0) throw new Error('a list in SQL needs at least one value')
  return new Sql((into) => {
    into.text += `(${values.map(() => '?').join(', ')})`
    into.params.push(...values)
  })
}

/** Conditions that must all hold; with none, one that always does. */
export const every = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`1 = 1` : sql`(${joined(conditions, ') AND (')})`
/** Conditions of which one must hold; with none, one that never does. */
export const some = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`1 = 0` : sql`(${joined(conditions, ') OR (')})`
/** Pieces with commas between them: columns to order by. */
export const commas = (pieces: readonly Sql[]): Sql => joined(pieces, ', ')

/** Several questions as one, with the same columns. */
export const union = (pieces: readonly Sql[]): Sql => joined(pieces, ' UNION ALL ')

/** Holds the rows until the transaction ends; SQLite has one writer at a time anyway. */
export const lock = (): Sql => LOCK
const LOCK = new Sql((into) => {
  into.text += into.dialect === 'mysql' ? 'FOR UPDATE' : ''
  into.isLocking = true
})

/** What the two databases write differently. */
export const byDialect = (pieces: Record<Dialect, Sql>): Sql => new Sql((into) => pieces[into.dialect].render(into))

/** Text of our own that is SQL, with the values of its `?` marks; never anything that came in. The caller states the rows. */
export const raw = <Row = unknown>(text: string, params: readonly SqlValue[] = []): Sql<Row> =>
  new Sql((into) => {
    into.text += text
    into.params.push(...params)
  })

/** These columns of a table, under their own names. */
export function pick<Of extends Table, Name extends ColumnName<Of>>(
  table: Of,
  ...names: Name[]
): Selection<Pick<RowOf<Of>, Name>> {
  const known = picked.get(table) ?? new Map<string, Selection<unknown>>()
  picked.set(table, known)
  const named = names.join()
  const before = known.get(named) ?? listed(columnsOf(table).filter(({ name }) => (names as string[]).includes(name)))
  known.set(named, before)
  // Of one table and names there is one, which makes the cast true.
  return before as Selection<Pick<RowOf<Of>, Name>>
}
/** Queries name their columns anew each time they are asked. */
const picked = new WeakMap<Table, Map<string, Selection<unknown>>>()

function listed(columns: readonly Column[]): Selection<unknown> {
  const text = columns.map(String).join(', ')
  return new Selection((into) => (into.text += text))
}

/** Every column of a table, under its own name. */
export function all<Of extends Table>(table: Of): Selection<RowOf<Of>> {
  const before = allColumns.get(table) ?? listed(columnsOf(table))
  allColumns.set(table, before)
  return before as Selection<RowOf<Of>>
}
const allColumns = new WeakMap<Table, Selection<unknown>>()

/** An expression and what it gives. `isNumber`: MySQL hands sums over as text. */
export class Expression<Value> extends Sql {
  declare readonly value?: Value
  readonly isNumber: boolean

  constructor(piece: Sql, isNumber: boolean) {
    super((into) => piece.render(into))
    this.isNumber = isNumber
  }
}

export const number = (piece: Sql): Expression<number> => new Expression(piece, true)
export const maybeNumber = (piece: Sql): Expression<number | null> => new Expression(piece, true)
// Without NoInfer what surrounds it would choose the widest value.
export const words = <Value extends string | null = string>(piece: Sql): Expression<NoInfer<Value>> =>
  new Expression(piece, false)
export const count = (): Expression<number> => number(sql`COUNT(*)`)

type Selectable = Column<never> | Column | Expression<unknown>
type SelectedRow<Of> = {
  [Name in keyof Of]: Of[Name] extends Column<infer Value>
    ? Value
    : Of[Name] extends Expression<infer Value>
      ? Value
      : never
}

/** Columns and expressions under the names given here: `select({ externalUserId: o.external_userid, n: count() })`. */
export function select<const Of extends Record<string, Selectable>>(parts: Of): Selection<SelectedRow<Of>> {
  const entries = Object.entries(parts)
  const numbers = entries.flatMap(([name, part]) => (part instanceof Expression && part.isNumber ? [name] : []))
  return new Selection((into) => {
    for (const [index, [name, part]] of entries.entries()) {
      if (index > 0) into.text += ', '
      renderPart(part, into)
      // Quoted, since a name may be a word of SQL: group, key.
      into.text += ` AS \`${name}\``
    }
  }, numbers)
}

/** `paid_at = ?, status = ?`, for an UPDATE; undefined values are left alone. */
export function set<Of extends Table>(table: Of, changes: Partial<RowOf<Of>>): Sql {
  const entries = Object.entries(changes).filter(([, value]) => value !== undefined) as [string, SqlValue][]
  if (entries.length === 0) throw new Error('an UPDATE needs something to change')
  return commas(
    entries.map(([name, value]) => {
      const column = columnOf(table, name)
      if (column === undefined) throw new Error(`no column ${name}`)
      return sql`${column} = ${value}`
    }),
  )
}

export interface Rendered {
  text: string
  params: SqlValue[]
  /** Holds the rows that it finds. */
  isLocking?: boolean | undefined
}

/** Text and values, for one of the databases. */
export function render(piece: Sql, dialect: Dialect): Rendered {
  const into: Rendering = { dialect, params: [], text: '' }
  piece.render(into)
  const { text, params, isLocking } = into
  return { text, params, isLocking }
}
