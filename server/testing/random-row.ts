import { specOf, type Table } from '../core/db/define-table.ts'
import type { Row } from '../core/db/tx.ts'

export interface RandomValues {
  /** Any of these words, instants or small numbers. */
  text(): string
  instant(): number
  number(): number
  /** True as often as false. */
  coin(): boolean
  /** Another one each time. */
  serial(): number
}

/** The column with the customer of each row; undefined for a table that says nothing of one customer by itself. */
export function customerColumn(table: Table): string | undefined {
  const { snapshot } = specOf(table)
  return 'leftOut' in snapshot ? undefined : snapshot.of
}

/** A row of a declared table that belongs to `who`: nothing is known of it but what the declaration says. */
export function randomRow(table: Table, who: string, random: RandomValues): Row {
  const { columns, unique } = specOf(table)
  const inKeys = new Set(unique.flat())
  const row: Row = {}
  for (const [name, { type, isNullable, isPrimary }] of Object.entries(columns)) {
    if (type.kind === 'id') continue
    const isKey = isPrimary || inKeys.has(name)
    if (name === customerColumn(table)) row[name] = who
    else if (isNullable && random.coin()) row[name] = null
    else if (type.kind === 'text') row[name] = isKey ? `u${random.serial()}` : random.text()
    else if (type.kind === 'longText') row[name] = '{}'
    else if (type.kind === 'instant') row[name] = random.instant()
    else if (type.kind === 'flag') row[name] = Number(random.coin())
    else row[name] = isKey ? random.serial() : random.number()
  }
  return row
}
