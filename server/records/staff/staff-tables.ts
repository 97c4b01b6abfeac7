import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const staffTables: SnapshotTable[] = [
  { table: 'staff', key: 'userid' },
  { table: 'staff_rename', key: 'old_userid' },
]
