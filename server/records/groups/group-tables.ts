import type { KeptTable } from '../../core/db/kept-table.ts'

export const groupTables: KeptTable[] = [
  { table: 'chat_group', key: 'chat_id' },
  { table: 'chat_member', key: 'id', of: 'member_id' },
  { table: 'join_way', key: 'pool' },
]
