import type { KeptTable } from '../../core/db/kept-table.ts'

export const profileTables: KeptTable[] = [{ table: 'customer_profile', key: 'external_userid', of: 'external_userid' }]
