import type { KeptTable } from '../../core/db/kept-table.ts'

export const routingTables: KeptTable[] = [
  { table: 'invitation', key: 'id', of: 'external_userid' },
  { table: 'pool_standing', key: 'id', of: 'external_userid' },
]
