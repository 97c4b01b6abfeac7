import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const sendTables: SnapshotTable[] = [
  { table: 'send_schedule', key: 'send_name' },
  { table: 'send_run', key: 'id' },
  { table: 'send_batch', key: 'id' },
  { table: 'send_recipient', key: 'id', of: 'external_userid' },
]
