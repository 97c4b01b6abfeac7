import type { KeptTable } from '../../core/db/kept-table.ts'

/** What is still to be done. */
export const actionTables: KeptTable[] = [
  { table: 'action', key: 'id', of: 'external_userid', where: `state IN ('waiting', 'running')` },
]
