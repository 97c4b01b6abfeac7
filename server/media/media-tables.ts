import type { KeptTable } from '../db/kept-table.ts'

export const mediaTables: KeptTable[] = [{ table: 'prepared_media', key: 'id' }]
