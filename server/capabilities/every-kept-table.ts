import type { Table } from '../core/db/define-table.ts'
import { actionTables } from '../engine/actions/action-tables.ts'
import { eventTables } from '../engine/inbox/event-tables.ts'
import { jobTables } from '../engine/jobs/job-tables.ts'
import { handoverTables } from '../operations/handover/handover-tables.ts'
import { sendTables } from '../operations/mass-send/send-tables.ts'
import { routingTables } from '../operations/routing/routing-tables.ts'
import { scriptTables } from '../operations/scripts-library/script-tables.ts'
import { sopTables } from '../operations/sop/sop-tables.ts'
import { taskTables } from '../operations/tasks/task-tables.ts'
import { tierTables } from '../operations/tiers/tier-tables.ts'
import { welcomeTables } from '../operations/welcome/welcome-tables.ts'
import { deploymentTables } from '../platform/deployment/deployment-tables.ts'
import { alertTables } from '../records/alerts/alert-tables.ts'
import { channelTables } from '../records/channels/channel-tables.ts'
import { customerTables } from '../records/customers/customer-tables.ts'
import { groupTables } from '../records/groups/group-tables.ts'
import { mediaTables } from '../records/media/media-tables.ts'
import { orderTables } from '../records/orders/order-tables.ts'
import { profileTables } from '../records/profiles/profile-tables.ts'
import { scoreTables } from '../records/scores/score-tables.ts'
import { staffTables } from '../records/staff/staff-tables.ts'
import { surveyTables } from '../records/surveys/survey-tables.ts'
import { tagTables } from '../records/tags/tag-tables.ts'
import { timelineTables } from '../records/timeline/timeline-tables.ts'
import { touchTables } from '../records/touches/touch-tables.ts'
import { ruleTables } from '../rules/versions/rule-tables.ts'

/** Every table there is, with those of the parts that are no capability. */
export const EVERY_SNAPSHOT_TABLE: Table[] = [
  ...actionTables,
  ...channelTables,
  ...touchTables,
  ...customerTables,
  ...groupTables,
  ...eventTables,
  ...sendTables,
  ...mediaTables,
  ...orderTables,
  ...profileTables,
  ...routingTables,
  ...ruleTables,
  ...scoreTables,
  ...sopTables,
  ...tierTables,
  ...staffTables,
  ...surveyTables,
  ...tagTables,
  ...taskTables,
  ...welcomeTables,
  ...timelineTables,
  ...alertTables,
  ...scriptTables,
  ...handoverTables,
  ...deploymentTables,
  ...jobTables,
]
