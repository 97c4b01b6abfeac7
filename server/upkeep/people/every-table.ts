import { EVERY_TABLE } from '../../capabilities/tables.ts'
import type { Table } from '../../core/db/define-table.ts'
import { auditTables } from '../../records/audit/audit-tables.ts'
import { sessionTables } from '../../sidebar-api/session-tables.ts'
import { shopTables } from '../shops/shop-tables.ts'
import { syncTables } from '../sync/sync-tables.ts'

/** All there is: what is asked of people's data is asked of each. */
export const WHOLE_DATABASE: readonly Table[] = [
  ...EVERY_TABLE,
  ...syncTables,
  ...shopTables,
  ...sessionTables,
  ...auditTables,
]
