import type { Table } from '../core/db/define-table.ts'
import { actionTables } from '../engine/actions/action-tables.ts'
import { eventTables } from '../engine/inbox/event-tables.ts'
import { jobTables } from '../engine/jobs/job-tables.ts'
import { deploymentTables } from '../platform/deployment/deployment-tables.ts'
import { ruleTables } from '../rules/versions/rule-tables.ts'
import { CAPABILITIES } from './capabilities.ts'

/** Every table there is but those of the upkeep: each says how a rehearsal copies it, or why not. */
export const EVERY_TABLE: readonly Table[] = [
  ...eventTables,
  ...actionTables,
  ...jobTables,
  ...deploymentTables,
  ...ruleTables,
  ...CAPABILITIES.flatMap(({ tables }) => tables),
]
