import { raw } from '../core/db/sql.ts'
import type { Row, Tx } from '../core/db/tx.ts'

/** SQLite refuses more than 32,766 marks in one statement. */
const MAX_MARKS = 30_000

/** Inserts rows of any shape into a table by its name: for a past that the product itself would not write, and for many rows
 *  that are made by the thousand. All rows have the same columns; a known key is a fault. */
export async function insertRows(tx: Pick<Tx, 'run'>, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  const marks = `(${columns.map(() => '?').join(', ')})`
  const into = `INSERT INTO ${table} (${columns.map((name) => `\`${name}\``).join(', ')}) VALUES `
  const most = Math.floor(MAX_MARKS / Math.max(1, columns.length))
  for (let at = 0; at < rows.length; at += most) {
    const some = rows.slice(at, at + most)
    const values = some.flatMap((row) => columns.map((name) => row[name] ?? null))
    await tx.run(raw(into + some.map(() => marks).join(', '), values))
  }
}
