import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const channelTables: SnapshotTable[] = [{ table: 'channel', key: 'name' }]
