import type { Tx } from '../../core/db/tx.ts'
import type { Executor } from '../../engine/actions/action-kind.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { type AskForCustomersDeps, createAskForCustomers } from './ask-for-customers.ts'
import { createFollowUp, type FollowUpDeps } from './follow-up.ts'
import { createGiveGroups, type GiveGroupsDeps } from './give-groups.ts'
import { handoverQueries } from './handover-queries.ts'
import type { HandoverRequest } from './handover-request.ts'
import { startHandover } from './start-handover.ts'
import { createUnassigned, type UnassignedDeps } from './unassigned.ts'

export type HandoverDeps = AskForCustomersDeps & FollowUpDeps & GiveGroupsDeps & UnassignedDeps

/** Handover of customers and groups (继承), from guides on the job or gone: asked for, followed up, written down. */
export function createHandover(deps: HandoverDeps) {
  const followUp = createFollowUp(deps)
  const unassigned = createUnassigned(deps)
  const executors: Executor[] = [
    createAskForCustomers(deps),
    followUp.executor,
    createGiveGroups(deps),
    unassigned.executor,
  ]
  const jobs: Job[] = [followUp.job, unassigned.job]
  return {
    queries: handoverQueries,
    start: (tx: Tx, request: HandoverRequest, message?: string) => startHandover(tx, deps, request, message),
    subscriptions: unassigned.subscriptions,
    executors,
    jobs,
  }
}
export type Handover = ReturnType<typeof createHandover>
