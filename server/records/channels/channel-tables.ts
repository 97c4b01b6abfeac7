import type { KeptTable } from '../../core/db/kept-table.ts'

export const channelTables: KeptTable[] = [{ table: 'channel', key: 'name' }]
