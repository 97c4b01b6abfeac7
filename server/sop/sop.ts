import type { Alerts } from '../alerts/alerts.ts'
import { CustomerHandedOver } from '../customers/customer-events.ts'
import type { Db } from '../db/db.ts'
import { firstDue } from '../db/first-due.ts'
import { type Subscription, subscribe } from '../inbox/subscription.ts'
import type { Job } from '../jobs/job.ts'
import type { Logger } from '../kernel/logger.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/shanghai.ts'
import { StaffRenamed } from '../staff/staff-events.ts'
import { createAdvance } from './advance.ts'
import { createEnter, type EnterDeps } from './enter.ts'
import { createLook } from './experiments/look.ts'
import { createGiveWay } from './give-way.ts'
import { createGuardRail } from './guard-rail.ts'
import { createHandOverMessages, type HandOverDeps } from './hand-over-messages.ts'
import { createJourneyLinks, type JourneyLinks } from './journey-links.ts'
import { createMoveInside } from './move-inside.ts'
import { createNoteOutcomes } from './note-outcomes.ts'
import { createOnEvent } from './on-event.ts'
import { createProceed, type ProceedDeps } from './proceed.ts'
import { createRunScans, type RunScansDeps } from './run-scans.ts'
import { schedule } from './scan-store.ts'
import { entryStore } from './sop-entry.ts'
import { createSopQueries } from './sop-queries.ts'
import { createSopVersions, type SopVersionsDeps } from './sop-versions.ts'
import { createWhyNot } from './why-not.ts'

export type SopDeps = Omit<ProceedDeps, keyof JourneyLinks> &
  EnterDeps &
  RunScansDeps &
  SopVersionsDeps &
  Omit<HandOverDeps, 'versions'> & { db: Db; log: Pick<Logger, 'warn'>; alerts: Alerts }

/** Journeys: who enters by what, the steps they take, the waits between, and how it ends. Its subscriptions must come
 *  before the welcome's: a journey's own welcome goes before the channel's. */
export function createSop(deps: SopDeps) {
  const { db, clock, log, rules } = deps
  const versions = createSopVersions(deps)
  // Journeys lead to journeys; the thunks break the circle of their construction.
  const proceed = createProceed({
    ...deps,
    startJourney: (tx, name, by) => links.startJourney(tx, name, by),
    leaveJourney: (tx, name, by) => links.leaveJourney(tx, name, by),
  })
  const giveWay = createGiveWay({ rules, versions, proceed })
  const enter = createEnter(deps, proceed, giveWay)
  const links: JourneyLinks = createJourneyLinks({ rules, versions, enter, proceed })
  const messages = createHandOverMessages({ ...deps, versions })
  const advance = createAdvance({ db, clock, log, versions, proceed })
  const noteOutcomes = createNoteOutcomes({ rules, versions })
  const runScans = createRunScans(deps, enter)

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
      name: 'sop.scans',
      everyMs: 10 * SECOND_MS,
      dueAt: schedule.nextDue,
      run: async () => {
        // Whose time inside is over at this very instant may enter again, or elsewhere.
        await advance()
        await runScans()
        await advance()
      },
    },
    {
      name: 'sop.advance',
      everyMs: SECOND_MS,
      sideBySide: true,
      dueAt: (tx) => firstDue(tx, 'due_at', `sop_entry WHERE state = 'active'`),
      run: advance,
    },
    {
      name: 'sop.messages',
      everyMs: 5 * SECOND_MS,
      dueAt: (tx) => firstDue(tx, 'close_at', `sop_message WHERE state = 'waiting'`),
      run: messages.run,
    },
    { name: 'sop.move-inside', everyMs: 10 * SECOND_MS, run: createMoveInside({ ...deps, versions, proceed }) },
    { name: 'sop.look', everyMs: HOUR_MS, run: createLook({ db, clock, rules, versions }) },
    { name: 'sop.guard-rail', everyMs: MINUTE_MS, run: createGuardRail(deps) },
  ]

  return {
    subscriptions,
    jobs,
    queries: { ...createSopQueries(versions), whyNot: createWhyNot(deps) },
    onAsked: messages.onAsked,
  }
}

export type Sops = ReturnType<typeof createSop>
