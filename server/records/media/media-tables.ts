import type { KeptTable } from '../../core/db/kept-table.ts'

export const mediaTables: KeptTable[] = [{ table: 'prepared_media', key: 'id' }]
