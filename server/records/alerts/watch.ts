import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { CallResult } from '../../platform/wecom/call.ts'
import type { Alerts } from './alerts.ts'
import { createApartAlert, type OwnProcess } from './apart-alert.ts'
import { createClockAlert } from './clock-alert.ts'
import { createDeadLetterAlerts } from './dead-letter-alerts.ts'
import { createGoneRules } from './gone-rules.ts'
import { createRefusedCalls } from './refused-calls.ts'
import { createRuleAlerts } from './rule-alerts.ts'
import { stopsWork } from './stops-work.ts'
import { createUnreachable } from './unreachable.ts'
import { createUnreadAnswers } from './unread-answers.ts'

const LOOK_EVERY_MS = 20 * SECOND_MS

export interface WatchDeps {
  db: Pick<Db, 'tx' | 'statement'>
  clock: Clock
  alerts: Alerts
  /** Folder of the rule files. */
  folder: string
  /** A harmless call, to hear whether WeCom takes ours again; may throw. */
  askAgain(): Promise<unknown>
  process: OwnProcess
}

/** Sees what goes wrong with our own calls, files and work, and makes alerts of what a person has to mend. */
export function createWatch(deps: WatchDeps) {
  const { db, alerts, askAgain } = deps
  const unreadAnswers = createUnreadAnswers(deps)
  const refusedCalls = createRefusedCalls(deps)
  const unreachable = createUnreachable(deps)
  const clockAlert = createClockAlert(deps)
  const tellApart = createApartAlert(deps)

  const calls: Job = {
    name: 'alerts.calls',
    everyMs: LOOK_EVERY_MS,
    // Each process tells of its own calls.
    sideBySide: true,
    dueAt: leftOut('a rehearsal asks no platform'),
    run: async () => {
      await refusedCalls.tell()
      await unreachable.tell()
      await clockAlert.tell()
      await tellApart()
    },
  }
  /** Else an alert would stay until somebody needs WeCom next, perhaps the whole night. */
  const again: Job = {
    name: 'alerts.ask-again',
    everyMs: MINUTE_MS,
    sideBySide: true,
    dueAt: leftOut('a rehearsal asks no platform'),
    run: async () => {
      const isWaiting = refusedCalls.isWaiting() || unreachable.isWaiting() || clockAlert.isWaiting()
      if (isWaiting) await askAgain().catch(() => undefined)
    },
  }

  return {
    onAnswer: unreadAnswers.onAnswer,
    onCall: (call: CallResult): void => {
      refusedCalls.onCall(call)
      unreachable.onCall(call)
    },
    onClock: clockAlert.onClock,
    ofRules: { onFaults: createRuleAlerts(deps), onGone: createGoneRules(deps) },
    jobs: [...unreadAnswers.jobs, again, calls, createDeadLetterAlerts(deps)],
    /** The kinds of open alerts that keep the server from its work. Throws the database's error. */
    troubles: async (): Promise<string[]> => {
      const kinds = await db.statement((tx) => alerts.queries.countsByKind(tx))
      return [...kinds.keys()].filter(stopsWork)
    },
  }
}
