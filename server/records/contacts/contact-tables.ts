import type { KeptTable } from '../../core/db/kept-table.ts'

export const contactTables: KeptTable[] = [{ table: 'contact', key: 'id', of: 'external_userid' }]
