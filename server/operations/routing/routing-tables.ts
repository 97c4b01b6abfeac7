import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const routingTables: SnapshotTable[] = [
  { table: 'invitation', key: 'id', of: 'external_userid' },
  { table: 'pool_standing', key: 'id', of: 'external_userid' },
]
