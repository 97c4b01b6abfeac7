import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

/** Without the phones: orders are matched already. */
export const customerTables: SnapshotTable[] = [
  { table: 'customer', key: 'external_userid', of: 'external_userid' },
  { table: 'customer_source', key: 'id', of: 'external_userid' },
  { table: 'follow', key: 'id', of: 'external_userid' },
]
