import type { Rewind } from '../engine/inbox/rewind.ts'
import { createSendsRewind } from '../operations/mass-send/sends-rewind.ts'
import { createRoutingRewind } from '../operations/routing/routing-rewind.ts'
import type { SopVersions } from '../operations/sop/model/sop-versions.ts'
import { createSopRewind } from '../operations/sop/sop-rewind.ts'
import { createTasksRewind } from '../operations/tasks/tasks-rewind.ts'
import { createCustomersRewind } from '../records/customers/customers-rewind.ts'
import { createGroupsRewind } from '../records/groups/groups-rewind.ts'
import { createOrdersRewind } from '../records/orders/orders-rewind.ts'
import { createTagsRewind } from '../records/tags/tags-rewind.ts'

/** How one copy goes back in time and forward again, whoever's tables know it. */
export const createEveryRewind = (versions: SopVersions): Rewind[] => [
  createCustomersRewind(),
  createTagsRewind(),
  createOrdersRewind(),
  createGroupsRewind(),
  createSopRewind(versions),
  createTasksRewind(),
  createRoutingRewind(),
  createSendsRewind(),
]
