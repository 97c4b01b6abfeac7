import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const scoreTables: SnapshotTable[] = [
  { table: 'customer_score', key: 'id', of: 'external_userid' },
  { table: 'score_run', key: 'id' },
]
