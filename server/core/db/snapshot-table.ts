/** A table that a rehearsal copies, because its capability decides by it. */
export interface SnapshotTable {
  table: string
  /** Unique column, in whose order the rows are read, page after page; a table without one is read at once. */
  key?: string
  /** Column with the external_userid: only rows of the customers who take part are copied. */
  of?: string
  /** The same where another table knows the customer: rows whose `column` is the `id` of one of that customer's rows. */
  through?: { column: string; table: string; of: string }
  /** Rows that no decision looks at are left out: an SQL condition without marks. */
  where?: string
}
