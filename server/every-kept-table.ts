import { actionTables } from './actions/action-tables.ts'
import { channelTables } from './channels/channel-tables.ts'
import { contactTables } from './contacts/contact-tables.ts'
import { customerTables } from './customers/customer-tables.ts'
import type { KeptTable } from './db/kept-table.ts'
import { groupTables } from './groups/group-tables.ts'
import { eventTables } from './inbox/event-tables.ts'
import { sendTables } from './mass-send/send-tables.ts'
import { mediaTables } from './media/media-tables.ts'
import { orderTables } from './orders/order-tables.ts'
import { profileTables } from './profiles/profile-tables.ts'
import { routingTables } from './routing/routing-tables.ts'
import { ruleTables } from './rules/rule-tables.ts'
import { scoreTables } from './scores/score-tables.ts'
import { sopTables } from './sop/sop-tables.ts'
import { staffTables } from './staff/staff-tables.ts'
import { surveyTables } from './surveys/survey-tables.ts'
import { tagTables } from './tags/tag-tables.ts'
import { taskTables } from './tasks/task-tables.ts'
import { tierTables } from './tiers/tier-tables.ts'
import { welcomeTables } from './welcome/welcome-tables.ts'

/** Everything that decisions look at, whoever's tables know it: what a rehearsal copies. */
export const EVERY_KEPT_TABLE: KeptTable[] = [
  ...actionTables,
  ...channelTables,
  ...contactTables,
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
]
