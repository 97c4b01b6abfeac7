import { firstDue } from '../../core/db/first-due.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Moment, RuleBookHolder } from '../../rules/book/rule-book.ts'
import { takeDue } from '../mass-send/schedule.ts'
import { MOMENT_SCHEDULE } from '../mass-send/send-tables.ts'
import { cancelMomentExecutor } from './cancel-moment.ts'
import { type CreateMomentDeps, createMomentExecutor } from './create-moment.ts'
import { momentQueries } from './moment-queries.ts'
import { MOMENT_RUN, MOMENT_SENDER } from './moment-tables.ts'
import {
  cancelMovedMoments,
  cancelUnwantedMoments,
  endMomentsAwaiting,
  openMoment,
  type PlanMomentDeps,
} from './plan-moments.ts'
import { type PollMomentDeps, pollMoments } from './poll-moment.ts'
import { type ReadShownDeps, readShown } from './read-shown.ts'

export interface MomentsDeps
  extends Omit<CreateMomentDeps, 'staff' | 'alerts'>,
    Omit<PollMomentDeps, 'alerts'>,
    Omit<ReadShownDeps, 'guideName'>,
    Omit<PlanMomentDeps, 'quiet'> {
  rules: Pick<RuleBookHolder, 'current'>
  staff: { queries: CreateMomentDeps['staff']['queries'] & { nameOf: ReadShownDeps['guideName'] } }
}

/** Moments of the corp (企业朋友圈, config/moments): asked for at their time, published by each guide's tap, followed for a
 *  week; to whom one was shown is a touch. WeCom tells of it only when asked. */
export function createMoments(deps: MomentsDeps) {
  const { db, clock, log, rules } = deps
  const planDeps: PlanMomentDeps = { ...deps, quiet: () => rules.current().policy.quiet }
  const unreadable = (moment: Moment, error: unknown): void =>
    log.warn({ moment: moment.name, file: moment.file, err: describeError(error) }, 'time of a moment cannot be read')

  const plan = (): Promise<void> =>
    db.tx(async (tx) => {
      const current = rules.current().moments
      const moments = [...current.values()]
      const wanted = new Set(moments.filter(({ value }) => value.enabled !== false).map(({ name }) => name))
      for (const moment of await cancelUnwantedMoments(tx, planDeps, wanted)) {
        log.warn({ moment }, 'moment cancelled: its file is gone or disabled')
      }
      const moved = await cancelMovedMoments(tx, planDeps, current)
      for (const { name: moment } of moved) log.warn({ moment }, 'moment cancelled: its campaign has changed it')
      const again = moved.flatMap((run) => run.again ?? [])
      for (const due of [...again, ...(await takeDue(tx, moments, clock.now(), unreadable, MOMENT_SCHEDULE))]) {
        await openMoment(tx, planDeps, due)
        const { send, scheduledAtMs, missed } = due
        if (missed) log.warn({ moment: send.name, scheduledAtMs }, 'moment missed its time')
      }
      await endMomentsAwaiting(tx, planDeps)
    })

  const jobs: Job[] = [
    {
      name: 'moments.plan',
      everyMs: 20 * SECOND_MS,
      dueAt: (tx) => firstDue(tx, MOMENT_SCHEDULE.next_at),
      run: plan,
    },
    {
      name: 'moments.poll',
      everyMs: 2 * SECOND_MS,
      dueAt: rowsDue(MOMENT_RUN.poll_at),
      run: () => pollMoments(deps),
    },
    {
      name: 'moments.shown',
      everyMs: MINUTE_MS / 4,
      dueAt: rowsDue(MOMENT_SENDER.poll_at),
      run: () => readShown({ ...deps, guideName: deps.staff.queries.nameOf }),
    },
  ]
  return { jobs, executors: [createMomentExecutor(deps), cancelMomentExecutor(deps)], queries: momentQueries }
}

export type Moments = ReturnType<typeof createMoments>
