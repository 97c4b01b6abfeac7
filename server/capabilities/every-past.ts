import type { Past } from '../engine/inbox/past.ts'
import { createSendsPast } from '../operations/mass-send/sends-past.ts'
import { createRoutingPast } from '../operations/routing/routing-past.ts'
import type { SopVersions } from '../operations/sop/model/sop-versions.ts'
import { createSopPast } from '../operations/sop/sop-past.ts'
import { createTasksPast } from '../operations/tasks/tasks-past.ts'
import { createCustomersPast } from '../records/customers/customers-past.ts'
import { createGroupsPast } from '../records/groups/groups-past.ts'
import { createOrdersPast } from '../records/orders/orders-past.ts'
import { createTagsPast } from '../records/tags/tags-past.ts'

/** How one copy goes back in time and forward again, whoever's tables know it. */
export const createEveryPast = (versions: SopVersions): Past[] => [
  createCustomersPast(),
  createTagsPast(),
  createOrdersPast(),
  createGroupsPast(),
  createSopPast(versions),
  createTasksPast(),
  createRoutingPast(),
  createSendsPast(),
]
