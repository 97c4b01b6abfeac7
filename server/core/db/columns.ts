export type Dialect = 'sqlite' | 'mysql'

export type ColumnKind =
  | { kind: 'id' }
  | { kind: 'text'; length: number }
  | { kind: 'longText' }
  | { kind: 'integer' }
  | { kind: 'instant' }
  | { kind: 'flag' }

/** One column as a table declares it. `Value` is what a row holds; `IsOptional`: a new row may leave it out. */
export interface ColumnSpec<Value = unknown, IsOptional extends boolean = boolean> {
  readonly type: ColumnKind
  readonly isNullable: boolean
  readonly isPrimary: boolean
  readonly default?: string | number
  /** For the compiler only; never there at run time. */
  readonly value?: Value
  readonly isOptional?: IsOptional
}

const column = <Value>(type: ColumnKind): ColumnSpec<Value, false> => ({ type, isNullable: false, isPrimary: false })

/** Whole number, 64 bit, given by the database. */
export const id = (): ColumnSpec<number, true> => ({ type: { kind: 'id' }, isNullable: false, isPrimary: true })
/** Up to `length` characters (code points); may be part of a key (keep keys ≤ 190 characters). `Value` may narrow it to the
 *  words that stand in it. */
export const text = <Value extends string = string>(length = 64): ColumnSpec<Value, false> =>
  column<Value>({ kind: 'text', length })
/** Any length; also for JSON. */
export const longText = (): ColumnSpec<string, false> => column<string>({ kind: 'longText' })
/** 64-bit whole number: counts, fen. */
export const integer = <Value extends number = number>(): ColumnSpec<Value, false> => column<Value>({ kind: 'integer' })
/** UTC milliseconds. */
export const instant = (): ColumnSpec<number, false> => column<number>({ kind: 'instant' })
/** 0 or 1. */
export const flag = (): ColumnSpec<number, false> => column<number>({ kind: 'flag' })

export const nullable = <Value>(spec: ColumnSpec<Value, boolean>): ColumnSpec<Value | null, true> =>
  ({ ...spec, isNullable: true }) as ColumnSpec<Value | null, true>
export const primary = <Value, IsOptional extends boolean>(
  spec: ColumnSpec<Value, IsOptional>,
): ColumnSpec<Value, IsOptional> => ({ ...spec, isPrimary: true })
export const withDefault = <Value>(
  spec: ColumnSpec<Value, boolean>,
  value: Value & (string | number),
): ColumnSpec<Value, true> => ({ ...spec, default: value }) as ColumnSpec<Value, true>
