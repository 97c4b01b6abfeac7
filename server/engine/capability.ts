import type { FastifyInstance } from 'fastify'
import type { Executor } from './actions/action-kind.ts'
import type { Subscription } from './inbox/subscription.ts'
import type { Job } from './jobs/job.ts'

/** What a capability offers; `huoshui.ts` joins the lists. It also exports its `queries` for those above it. */
export interface Capability {
  subscriptions?: Subscription[]
  executors?: Executor[]
  jobs?: Job[]
  routes?: (app: FastifyInstance) => void
}
