import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { sql } from '../../core/db/sql.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import { CustomerHandedOver } from '../../records/customers/customer-events.ts'
import { OPEN_HALTS } from '../../rules/release/release-store.ts'
import { createEnter, type EnterDeps } from './enter/enter.ts'
import { createExclusiveGroup } from './enter/exclusive-group.ts'
import { createJourneyLinks, type JourneyLinks } from './enter/journey-links.ts'
import { createOnEvent, type OnEventDeps } from './enter/on-event.ts'
import { createLook } from './experiments/look.ts'
import { createNoteOutcomes } from './experiments/note-outcomes.ts'
import { createSopQueries } from './explain/sop-queries.ts'
import { createWhyNot } from './explain/why-not.ts'
import { createHandOverMessages, type HandOverDeps } from './messages/hand-over-messages.ts'
import { entryStore } from './model/sop-entry.ts'
import { createSopVersions, type SopVersionsDeps } from './model/sop-versions.ts'
import { createCarryOutHalts } from './release/carry-out-halts.ts'
import { createGuardRail } from './release/guard-rail.ts'
import { createMigrateEntries } from './release/migrate-entries.ts'
import { createWatchGone } from './release/watch-gone.ts'
import { createRunScans, type RunScansDeps } from './scans/run-scans.ts'
import { schedule } from './scans/scan-store.ts'
import { SOP_ENTRY, SOP_MESSAGE } from './sop-tables.ts'
import { createWalkDueEntries } from './walk/due-entries.ts'
import { onGranted } from './walk/on-granted.ts'
import { onRefusal } from './walk/on-refusal.ts'
import { onReleased } from './walk/on-released.ts'
import { createWalk, type WalkDeps } from './walk/walk.ts'

export type SopDeps = Omit<WalkDeps, keyof JourneyLinks> &
  EnterDeps &
  RunScansDeps &
  SopVersionsDeps &
  Omit<HandOverDeps, 'versions'> &
  Pick<OnEventDeps, 'events' | 'factsByEvent'> & { db: Db; log: Pick<Logger, 'warn'>; alerts: Alerts; outbox: Outbox }

const BY_PEOPLE = 'people and their guard-rail decide what becomes of versions'

/** Journeys: who enters by what, the steps they take, the waits between, and how it ends. Its subscriptions must come
 *  before the welcome's: a journey's own welcome goes before the channel's. */
export function createSop(deps: SopDeps) {
  const { db, clock, log, rules, vocabulary } = deps
  const versions = createSopVersions(deps)
  // Journeys lead to journeys; the thunks break the circle of their construction.
  const walk = createWalk({
    ...deps,
    startJourney: (tx, name, by) => links.startJourney(tx, name, by),
    leaveJourney: (tx, name, by) => links.leaveJourney(tx, name, by),
  })
  const exclusiveGroup = createExclusiveGroup({ rules, versions, walk })
  const enter = createEnter(deps, walk, exclusiveGroup)
  const links: JourneyLinks = createJourneyLinks({ rules, versions, enter, walk })
  const messages = createHandOverMessages({ ...deps, versions })
  deps.massSend.tellOutcomesTo(messages.onAsked)
  deps.grants.tellOutcomesTo(onGranted)
  const walkDueEntries = createWalkDueEntries({ db, clock, log, versions, walk })
  const noteOutcomes = createNoteOutcomes({ rules, versions, vocabulary })
  const runScans = createRunScans(deps, enter)

  const subscriptions: Subscription[] = [
    ...createOnEvent({ ...deps, versions, walk, enter, noteOutcomes }),
    onRefusal({ clock, versions, walk }),
    onReleased({ clock, versions, walk, outbox: deps.outbox, grants: deps.grants }),
    subscribe('sop.hand-over', CustomerHandedOver, (tx, { payload }) =>
      entryStore.handOver(tx, payload.externalUserId, payload.fromUserId, payload.toUserId),
    ),
  ]
  const jobs: Job[] = [
    {
      name: 'sop.scans',
      everyMs: 10 * SECOND_MS,
      dueAt: schedule.nextDue,
      run: async () => {
        // Whose time inside is over at this very instant may enter again, or elsewhere.
        await walkDueEntries()
        await runScans()
        await walkDueEntries()
      },
    },
    {
      name: 'sop.due-entries',
      everyMs: SECOND_MS,
      sideBySide: true,
      dueAt: rowsDue(SOP_ENTRY.due_at, sql`${SOP_ENTRY.state} = 'active'`),
      run: walkDueEntries,
    },
    {
      name: 'sop.messages',
      everyMs: 5 * SECOND_MS,
      dueAt: rowsDue(SOP_MESSAGE.close_at, sql`${SOP_MESSAGE.state} = 'waiting'`),
      run: messages.run,
    },
    {
      name: 'sop.migrate-entries',
      everyMs: 10 * SECOND_MS,
      dueAt: leftOut(BY_PEOPLE),
      run: createMigrateEntries({ ...deps, versions, walk }),
    },
    {
      name: 'sop.look',
      everyMs: HOUR_MS,
      dueAt: leftOut('looks at experiments are for people'),
      run: createLook({ db, clock, rules, versions }),
    },
    {
      name: 'sop.halts',
      everyMs: 5 * SECOND_MS,
      dueAt: leftOut(BY_PEOPLE),
      worksOn: OPEN_HALTS,
      run: createCarryOutHalts({ ...deps, versions, walk }),
    },
    {
      name: 'sop.gone',
      everyMs: MINUTE_MS,
      dueAt: leftOut('alerts are for people'),
      run: createWatchGone(deps),
    },
    {
      name: 'sop.guard-rail',
      everyMs: MINUTE_MS,
      dueAt: leftOut(BY_PEOPLE),
      run: createGuardRail(deps),
    },
  ]

  return {
    subscriptions,
    jobs,
    queries: { ...createSopQueries(versions, vocabulary), whyNot: createWhyNot(deps) },
  }
}

export type Sops = ReturnType<typeof createSop>
