import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const mediaTables: SnapshotTable[] = [{ table: 'prepared_media', key: 'id' }]
