import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

const OF_ORDER = { column: 'shop_order_id', table: 'shop_order', of: 'external_userid' }

export const orderTables: SnapshotTable[] = [
  { table: 'shop_order', key: 'id', of: 'external_userid', where: 'external_userid IS NOT NULL' },
  { table: 'shop_order_item', key: 'id', through: OF_ORDER },
  { table: 'shop_order_status', key: 'id', through: OF_ORDER },
]
