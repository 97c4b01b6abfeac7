import type { KeptTable } from '../../core/db/kept-table.ts'

export const staffTables: KeptTable[] = [
  { table: 'staff', key: 'userid' },
  { table: 'staff_rename', key: 'old_userid' },
]
