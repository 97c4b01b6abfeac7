import type { KeptTable } from '../../core/db/kept-table.ts'

/** What is still to be handled. */
export const eventTables: KeptTable[] = [{ table: 'inbound_event', key: 'id', where: `state = 'new'` }]
