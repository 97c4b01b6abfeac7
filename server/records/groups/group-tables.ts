import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const groupTables: SnapshotTable[] = [
  { table: 'chat_group', key: 'chat_id' },
  { table: 'chat_member', key: 'id', of: 'member_id' },
  { table: 'join_way', key: 'pool' },
]
