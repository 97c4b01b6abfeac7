import { TableColumn, type TableColumnOptions } from 'typeorm'

/** Portable column kinds: one migration history for SQLite and for MySQL/MariaDB.
 *  Keys and short texts are `utf8mb4_bin` on MySQL, so both databases compare by code point and know emoji. */
export type Dialect = 'sqlite' | 'mysql'

type ColumnKind =
  | { kind: 'id' }
  | { kind: 'text'; length: number }
  | { kind: 'longText' }
  | { kind: 'integer' }
  | { kind: 'instant' }
  | { kind: 'flag' }

export interface ColumnSpec {
  name: string
  type: ColumnKind
  nullable: boolean
  primary: boolean
  default?: string | number
}

const column = (name: string, type: ColumnKind): ColumnSpec => ({
  name,
  type,
  nullable: false,
  primary: type.kind === 'id',
})

/** Whole number, 64 bit, given by the database. */
export const id = (name = 'id'): ColumnSpec => column(name, { kind: 'id' })
/** Up to `length` characters; may be part of a key (keep keys ≤ 190 characters). */
export const text = (name: string, length = 64): ColumnSpec => column(name, { kind: 'text', length })
/** Any length; also for JSON. */
export const longText = (name: string): ColumnSpec => column(name, { kind: 'longText' })
/** 64-bit whole number: counts, fen. */
export const integer = (name: string): ColumnSpec => column(name, { kind: 'integer' })
/** UTC milliseconds. */
export const instant = (name: string): ColumnSpec => column(name, { kind: 'instant' })
/** 0 or 1. */
export const flag = (name: string): ColumnSpec => column(name, { kind: 'flag' })

export const nullable = (spec: ColumnSpec): ColumnSpec => ({ ...spec, nullable: true })
export const primary = (spec: ColumnSpec): ColumnSpec => ({ ...spec, primary: true })
export const withDefault = (spec: ColumnSpec, value: string | number): ColumnSpec => ({ ...spec, default: value })

const MYSQL_TEXT = { charset: 'utf8mb4', collation: 'utf8mb4_bin' }

function typeOptions(type: ColumnKind, dialect: Dialect): Partial<TableColumnOptions> & { type: string } {
  const mysql = dialect === 'mysql'
  switch (type.kind) {
    case 'id':
      return { type: mysql ? 'bigint' : 'integer', isPrimary: true, isGenerated: true, generationStrategy: 'increment' }
    case 'text':
      return { type: 'varchar', length: String(type.length), ...(mysql ? MYSQL_TEXT : {}) }
    case 'longText':
      return mysql ? { type: 'longtext', ...MYSQL_TEXT } : { type: 'text' }
    case 'integer':
    case 'instant':
      return { type: mysql ? 'bigint' : 'integer' }
    case 'flag':
      return { type: mysql ? 'tinyint' : 'integer' }
  }
}

export function toTableColumn(spec: ColumnSpec, dialect: Dialect): TableColumn {
  const options: TableColumnOptions = { name: spec.name, isNullable: spec.nullable, ...typeOptions(spec.type, dialect) }
  if (spec.primary) options.isPrimary = true
  if (spec.default !== undefined) {
    options.default = typeof spec.default === 'number' ? spec.default : `'${spec.default}'`
  }
  return new TableColumn(options)
}
