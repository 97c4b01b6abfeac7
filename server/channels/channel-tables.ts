import type { KeptTable } from '../db/kept-table.ts'

export const channelTables: KeptTable[] = [{ table: 'channel', key: 'name' }]
