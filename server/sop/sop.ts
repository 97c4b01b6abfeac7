import { CustomerHandedOver } from '../customers/customer-events.ts'
import type { Db } from '../db/db.ts'
import { type Subscription, subscribe } from '../inbox/subscription.ts'
import type { Job } from '../jobs/job.ts'
import type { Logger } from '../kernel/logger.ts'
import { SECOND_MS } from '../kernel/shanghai.ts'
import { StaffRenamed } from '../staff/staff-events.ts'
import { createAdvance } from './advance.ts'
import { createDailyRun, type DailyRunDeps } from './daily-run.ts'
import { createEnter, type EnterDeps } from './enter.ts'
import { createGiveWay } from './give-way.ts'
import { createNoteOutcomes } from './note-outcomes.ts'
import { createOnEvent } from './on-event.ts'
import { createProceed, type ProceedDeps } from './proceed.ts'
import { entryStore } from './sop-entry.ts'
import { createSopQueries } from './sop-queries.ts'
import { createSopVersions, type SopVersionsDeps } from './sop-versions.ts'

export type SopDeps = ProceedDeps & EnterDeps & DailyRunDeps & SopVersionsDeps & { db: Db; log: Pick<Logger, 'warn'> }

/** Journeys: who enters by what, the steps they take, the waits between, and how it ends. Its subscriptions must come
 *  before the welcome's: a journey's own welcome goes before the channel's. */
export function createSop(deps: SopDeps) {
  const { db, clock, log, rules } = deps
  const versions = createSopVersions(deps)
  const proceed = createProceed(deps)
  const giveWay = createGiveWay({ rules, versions, proceed })
  const enter = createEnter(deps, proceed, giveWay)
  const advance = createAdvance({ db, clock, log, versions, proceed })
  const noteOutcomes = createNoteOutcomes({ rules, versions })
  const runDaily = createDailyRun(deps, enter)

  const subscriptions: Subscription[] = [
    ...createOnEvent({ clock, rules, versions, proceed, enter, noteOutcomes }),
    subscribe('sop.follow-rename', StaffRenamed, (tx, { payload }) =>
      entryStore.renameGuide(tx, payload.oldUserId, payload.newUserId),
    ),
    subscribe('sop.hand-over', CustomerHandedOver, (tx, { payload }) =>
      entryStore.handOver(tx, payload.externalUserId, payload.fromUserId, payload.toUserId),
    ),
  ]
  const jobs: Job[] = [
    {
      name: 'sop.daily',
      everyMs: 10 * SECOND_MS,
      run: async () => {
        await runDaily()
        await advance()
      },
    },
    { name: 'sop.advance', everyMs: SECOND_MS, sideBySide: true, run: advance },
  ]

  return { subscriptions, jobs, queries: createSopQueries(versions) }
}

export type Sops = ReturnType<typeof createSop>
