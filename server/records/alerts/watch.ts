import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Alerts } from './alerts.ts'
import { createRefusedCalls } from './refused-calls.ts'
import { createRuleAlerts } from './rule-alerts.ts'
import { createUnreadAnswers } from './unread-answers.ts'

/** Sees what goes wrong with our own calls and files, and makes alerts of what a person has to mend. */
export function createWatch(deps: { db: Pick<Db, 'tx' | 'statement'>; clock: Clock; alerts: Alerts }) {
  const { db, alerts } = deps
  const unreadAnswers = createUnreadAnswers(deps)
  const refusedCalls = createRefusedCalls(deps)
  return {
    onAnswer: unreadAnswers.onAnswer,
    onCall: refusedCalls.onCall,
    onFaults: createRuleAlerts(deps),
    jobs: [...unreadAnswers.jobs, ...refusedCalls.jobs],
    /** The kinds of what is open now. */
    troubles: async (): Promise<string[]> => [...(await db.statement((tx) => alerts.queries.countsByKind(tx))).keys()],
  }
}
