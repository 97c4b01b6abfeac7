import type { KeptTable } from '../../core/db/kept-table.ts'

export const tagTables: KeptTable[] = [
  { table: 'corp_tag', key: 'tag_id' },
  { table: 'follow_tag', key: 'id', of: 'external_userid' },
  { table: 'follow_tag_state', key: 'id', of: 'external_userid' },
]
