import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const sopTables: SnapshotTable[] = [
  { table: 'sop_entry', key: 'id', of: 'external_userid' },
  { table: 'sop_step', key: 'id', through: { column: 'entry_id', table: 'sop_entry', of: 'external_userid' } },
  { table: 'sop_split', key: 'id', of: 'external_userid' },
  { table: 'sop_schedule', key: 'id' },
  { table: 'sop_occurrence', key: 'id' },
  { table: 'sop_member', key: 'id', of: 'external_userid' },
  { table: 'sop_release', key: 'id' },
  { table: 'sop_message', key: 'id', of: 'external_userid' },
]
