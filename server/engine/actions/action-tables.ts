import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

/** What is still to be done. */
export const actionTables: SnapshotTable[] = [
  { table: 'action', key: 'id', of: 'external_userid', where: `state IN ('waiting', 'running')` },
]
