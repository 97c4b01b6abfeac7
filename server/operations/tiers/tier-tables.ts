import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const tierTables: SnapshotTable[] = [
  { table: 'customer_tier', key: 'id', of: 'external_userid' },
  { table: 'tier_move', key: 'id', of: 'external_userid' },
  { table: 'tier_proposal', key: 'id', of: 'external_userid' },
  { table: 'tier_seat', key: 'id', of: 'external_userid' },
  { table: 'tier_run', key: 'id' },
  { table: 'tier_pool' },
]
