import { AppError } from '../kernel/app-error.ts'
import type { TableSpec } from './define-table.ts'

/** A row as it is about to be written. Strict MySQL would refuse the same; SQLite keeps what does not fit, and then the two
 *  would disagree about what is the same key. Throws db.too-long or db.is-null, naming the column, never the value. */
export function checkRow(table: TableSpec, row: Readonly<Record<string, unknown>>): void {
  for (const name in row) {
    const column = table.columns[name]
    if (column === undefined) throw new AppError('db.no-column', `${table.name} has no column ${name}`)
    const value = row[name]
    if (value === null || value === undefined) {
      if (!column.isNullable) throw new AppError('db.is-null', `${table.name}.${name} may not be null`)
    } else if (column.type.kind === 'text' && isLonger(String(value), column.type.length)) {
      throw new AppError('db.too-long', `${table.name}.${name} takes ${column.type.length} characters`)
    }
  }
}

/** In code points, as MySQL counts them: an emoji is one. */
const isLonger = (text: string, most: number): boolean =>
  text.length > most && (text.length > most * 2 || [...text].length > most)
