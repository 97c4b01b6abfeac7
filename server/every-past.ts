import { createCustomersPast } from './customers/customers-past.ts'
import { createGroupsPast } from './groups/groups-past.ts'
import type { Past } from './inbox/past.ts'
import { createSendsPast } from './mass-send/sends-past.ts'
import { createOrdersPast } from './orders/orders-past.ts'
import { createRoutingPast } from './routing/routing-past.ts'
import { createSopPast } from './sop/sop-past.ts'
import type { SopVersions } from './sop/sop-versions.ts'
import { createTagsPast } from './tags/tags-past.ts'
import { createTasksPast } from './tasks/tasks-past.ts'

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
