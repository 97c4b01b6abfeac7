import type { ColumnSpec } from './columns.ts'
import type { Personal } from './personal-data.ts'
import type { Sql } from './sql-piece.ts'

export type ColumnSpecs = Record<string, ColumnSpec>

/** A column of a declared table, as SQL writes it: `paid_at`, or `o.paid_at` under an alias. */
export class Column<Value = unknown> {
  readonly table: TableSpec
  readonly name: string
  readonly spec: ColumnSpec<Value>
  private readonly alias: string | undefined

  constructor(table: TableSpec, name: string, spec: ColumnSpec<Value>, alias?: string) {
    this.table = table
    this.name = name
    this.spec = spec
    this.alias = alias
  }

  toString(): string {
    return this.alias === undefined ? this.name : `${this.alias}.${this.name}`
  }
}

export interface TableSpec<Columns extends ColumnSpecs = ColumnSpecs> {
  /** Singular snake_case. */
  readonly name: string
  readonly columns: Columns
  /** Column lists; the names of the indexes are made from the table and the columns. */
  readonly unique: readonly (readonly string[])[]
  readonly indices: readonly (readonly string[])[]
  /** How a rehearsal copies it, or why not. */
  readonly snapshot: Snapshot<Columns>
  /** What it knows of people. */
  readonly personal: PersonalOfAny
}

/** Of a table whatever its columns are. */
export type PersonalOfAny = Personal<ColumnSpecs, Table>

const SPEC = Symbol('table')

/** Any declared table. */
export interface Table {
  readonly [SPEC]: TableSpec
}

/** A declared table with its columns as properties, to be named in `sql`. */
export type DeclaredTable<Columns extends ColumnSpecs> = {
  readonly [Name in keyof Columns]: Column<ValueOf<Columns[Name]>>
} & { readonly [SPEC]: TableSpec<Columns> }

type ValueOf<Spec> = Spec extends ColumnSpec<infer Value, boolean> ? Value : never
type SpecsOf<Of> = Of extends { readonly [SPEC]: TableSpec<infer Columns> } ? Columns : never
type OptionalNames<Columns> = {
  [Name in keyof Columns]: Columns[Name] extends ColumnSpec<unknown, infer IsOptional>
    ? IsOptional extends true
      ? Name
      : never
    : never
}[keyof Columns]

/** A row as the table holds it. */
export type RowOf<Of> = { [Name in keyof SpecsOf<Of>]: ValueOf<SpecsOf<Of>[Name]> }
/** A row as it is inserted: what has a default or may be null may be left out. */
export type NewRowOf<Of> = {
  [Name in Exclude<keyof SpecsOf<Of>, OptionalNames<SpecsOf<Of>>>]: ValueOf<SpecsOf<Of>[Name]>
} & { [Name in OptionalNames<SpecsOf<Of>> & keyof SpecsOf<Of>]?: ValueOf<SpecsOf<Of>[Name]> }
/** `New` with no property that is no column of the table: one that comes through a spread does not compile either. */
export type OnlyColumns<New, Of> = New & { [Name in Exclude<KeysOfAny<New>, ColumnName<Of>>]?: never }
/** Also the keys that only some members of a union have. */
type KeysOfAny<Of> = Of extends unknown ? keyof Of : never
export type ColumnName<Of> = keyof SpecsOf<Of> & string

function withColumns<Columns extends ColumnSpecs>(
  spec: TableSpec<Columns>,
  alias: string | undefined,
): DeclaredTable<Columns> {
  const columns = Object.entries(spec.columns).map(([name, column]) => [name, new Column(spec, name, column, alias)])
  const table = Object.fromEntries(columns) as DeclaredTable<Columns>
  const asText = (): string => (alias === undefined ? spec.name : `${spec.name} ${alias}`)
  return Object.defineProperties(table, {
    [SPEC]: { value: spec },
    toString: { value: asText },
  })
}

/** What a rehearsal copies of a table, because its capability decides by it; or why it is left out. */
export type Snapshot<Columns extends ColumnSpecs = ColumnSpecs> = Copied<Columns> | LeftOut

/** What a rehearsal does without, and why. */
export interface LeftOut {
  readonly leftOut: string
}

export interface Copied<Columns extends ColumnSpecs = ColumnSpecs> {
  /** Unique column, in whose order the rows are read, page after page; a table without one is read at once. */
  readonly key?: keyof Columns & string
  /** Column with the external_userid: only rows of the customers who take part are copied. */
  readonly of?: keyof Columns & string
  /** The same where another table knows the customer: rows whose `column` is the `id` of one of that customer's rows. */
  readonly through?: { readonly column: keyof Columns & string; readonly table: Table; readonly of: string }
  /** Only these rows: no decision looks at the others. */
  // A method, so that a table of certain columns still counts as a table.
  where?(table: DeclaredTable<Columns>): Sql
}

/** `why`: for whoever wonders why a rehearsal does without it. */
export const leftOut = (why: string): LeftOut => ({ leftOut: why })

const declared = new Map<string, TableSpec>()
/** What was declared under this name. */
export const declaredTable = (name: string): TableSpec | undefined => declared.get(name)

/** Declares a table, once: rows, column lists, key lengths and the comparison with the migrated schema come from here. */
export function defineTable<const Columns extends ColumnSpecs>(
  name: string,
  columns: Columns,
  { unique = [], indices = [], personal, snapshot }: TableOptions<Columns>,
): DeclaredTable<Columns> {
  const spec: TableSpec<Columns> = { name, columns, unique, indices, personal: personal as PersonalOfAny, snapshot }
  // Whoever asks by name does not know the types of its rows.
  declared.set(name, spec as unknown as TableSpec)
  return withColumns(spec, undefined)
}

export interface TableOptions<Columns extends ColumnSpecs> {
  unique?: (keyof Columns & string)[][]
  indices?: (keyof Columns & string)[][]
  personal: Personal<Columns, Table>
  snapshot: Snapshot<Columns>
}

/** The same table under another name, for joins: `alias(shopOrder, 'o')`. */
export function alias<Columns extends ColumnSpecs>(
  table: DeclaredTable<Columns>,
  name: string,
): DeclaredTable<Columns> {
  const known = aliases.get(table[SPEC]) ?? new Map<string, Table>()
  aliases.set(table[SPEC], known)
  const one = known.get(name) ?? withColumns(table[SPEC], name)
  known.set(name, one)
  // Of one declaration and name there is one, which makes the cast true.
  return one as DeclaredTable<Columns>
}
/** Queries name them anew each time they are asked. */
const aliases = new WeakMap<object, Map<string, Table>>()

export const specOf = (table: Table): TableSpec => table[SPEC]
export const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && SPEC in value
export const columnsOf = (table: Table): Column[] =>
  Object.keys(table[SPEC].columns).map((name) => (table as unknown as Record<string, Column>)[name] as Column)
/** The column of this name, if there is one. */
export const columnOf = (table: Table, name: string): Column | undefined =>
  Object.hasOwn(table[SPEC].columns, name) ? (table as unknown as Record<string, Column>)[name] : undefined
/** The table of a column, without an alias. */
export function tableOf({ table }: Pick<Column, 'table'>): Table {
  const known = plain.get(table) ?? withColumns(table, undefined)
  plain.set(table, known)
  return known
}
const plain = new WeakMap<object, Table>()
