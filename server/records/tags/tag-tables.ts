import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const tagTables: SnapshotTable[] = [
  { table: 'corp_tag', key: 'tag_id' },
  { table: 'follow_tag', key: 'id', of: 'external_userid' },
  { table: 'follow_tag_state', key: 'id', of: 'external_userid' },
]
