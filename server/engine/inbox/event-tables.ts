import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

/** What is still to be handled. */
export const eventTables: SnapshotTable[] = [{ table: 'inbound_event', key: 'id', where: `state = 'new'` }]
