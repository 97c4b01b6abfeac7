import type { Tx } from '../../core/db/tx.ts'
import type { Executor } from '../../engine/actions/action-kind.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { StaffRenamed } from '../../records/staff/staff-events.ts'
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
  const subscriptions: Subscription[] = [
    ...unassigned.subscriptions,
    subscribe('handover.follow-rename', StaffRenamed, async (tx, { payload: { oldUserId, newUserId } }) => {
      for (const table of ['handover_customer', 'handover_group']) {
        await tx.run(`UPDATE ${table} SET from_userid = ? WHERE from_userid = ?`, [newUserId, oldUserId])
        await tx.run(`UPDATE ${table} SET to_userid = ? WHERE to_userid = ?`, [newUserId, oldUserId])
      }
      await tx.run('UPDATE handover SET from_userid = ? WHERE from_userid = ?', [newUserId, oldUserId])
    }),
  ]
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
    subscriptions,
    executors,
    jobs,
  }
}
export type Handover = ReturnType<typeof createHandover>
