import type { RowOf, Table } from './define-table.ts'
import { byDialect, type Sql, set, sql } from './sql.ts'
import type { Tx } from './tx.ts'

/** Changes the rows whose new values break no unique key and leaves the others as they are; gives how many it found. */
export const updateFree = <Of extends Table>(
  tx: Tx,
  table: Of,
  changes: Partial<RowOf<Of>>,
  where: Sql,
): Promise<number> =>
  tx.run(
    sql`UPDATE ${byDialect({ sqlite: sql`OR IGNORE`, mysql: sql`IGNORE` })} ${table} SET ${set(table, changes)} WHERE ${where}`,
  )
