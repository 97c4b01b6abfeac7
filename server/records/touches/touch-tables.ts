import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const touchTables: SnapshotTable[] = [{ table: 'contact', key: 'id', of: 'external_userid' }]
