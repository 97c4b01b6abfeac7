import type { Dialect } from './columns.ts'

export type SqlValue = string | number | null

export interface Rendering {
  readonly dialect: Dialect
  readonly params: SqlValue[]
  text: string
  /** Holds the rows that it finds. */
  isLocking?: boolean
}

/** A piece of SQL with its values kept apart. `Row`: what its SELECT lists gives. */
export class Sql<Row = unknown> {
  private readonly write: (into: Rendering) => void
  /** Columns whose numbers the driver may hand over as text: sums of MySQL. */
  readonly numbers: readonly string[]
  /** For the compiler only. */
  declare readonly row?: Row

  constructor(write: (into: Rendering) => void, numbers: readonly string[] = []) {
    this.write = write
    this.numbers = numbers
  }

  render(into: Rendering): void {
    this.write(into)
  }
}
