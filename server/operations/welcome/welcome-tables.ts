import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const welcomeTables: SnapshotTable[] = [
  { table: 'welcome', key: 'id', of: 'external_userid' },
  { table: 'welcome_spare', key: 'id', of: 'external_userid' },
]
