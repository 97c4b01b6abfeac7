import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const profileTables: SnapshotTable[] = [
  { table: 'customer_profile', key: 'external_userid', of: 'external_userid' },
]
