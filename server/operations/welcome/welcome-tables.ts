import type { KeptTable } from '../../core/db/kept-table.ts'

export const welcomeTables: KeptTable[] = [
  { table: 'welcome', key: 'id', of: 'external_userid' },
  { table: 'welcome_spare', key: 'id', of: 'external_userid' },
]
