import type { Db } from '../core/db/db.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { Logger } from '../core/kernel/logger.ts'
import type { Place } from '../core/kernel/place.ts'
import type { Lane } from './actions/action-kind.ts'
import { createOutbox } from './actions/outbox.ts'
import { createPaceBook } from './actions/pace-book.ts'
import { createRunner, type RunnerDeps } from './actions/runner.ts'
import type { Capability } from './capability.ts'
import { createAccept } from './inbox/accept.ts'
import { createDispatcher, type DispatcherDeps } from './inbox/dispatcher.ts'
import { createEmit } from './inbox/emit.ts'
import type { EventLane } from './inbox/event-kind.ts'
import { createJobRunner } from './jobs/job-runner.ts'
import { whatIsDue } from './what-is-due.ts'

export interface EngineDeps {
  db: Db
  clock: Clock
  log: Logger
  /** Names this process in the rows it holds. */
  instance: string
  /** False while the clock of this process is off: what it leased others would take for free, or for ever taken. */
  mayLease?: (() => boolean) | undefined
  /** Which of all processes this is, as of now. Default: alone. */
  place?: (() => Place) | undefined
  /** Works on this lane's actions and on nothing else. */
  only?: Lane | undefined
}

/** Told what came of events and actions. */
export type Watch = Pick<DispatcherDeps, 'onHandled'> & Pick<RunnerDeps, 'onEnded'>

/** Events in, actions out, jobs by time. In two steps: capabilities are made with the one end of it, and what moves is
 *  made of what they offer. */
export function createEngine(deps: EngineDeps) {
  const { db, clock } = deps
  let works: Works | undefined
  // Before there are works nobody can have stored anything.
  const nudge = (lane?: EventLane): void => works?.nudgeEvents(lane)
  return {
    emit: createEmit({ clock, nudge }),
    outbox: createOutbox({ clock, nudge: (lane) => works?.nudgeActions(lane) }),
    accept: createAccept({ db, clock, nudge, isHandled: (kind) => works?.isHandled(kind) === true }),
    /** Nothing runs before it is nudged, or told to run what is due. */
    build: (capabilities: readonly Capability[], watch: Watch, isPast?: DispatcherDeps['isPast']): Works => {
      works = createWorks({ ...deps, isPast }, capabilities, watch)
      return works
    },
  }
}

/** What moves: the dispatcher, the runner and the jobs of all capabilities. */
function createWorks(
  { only, ...deps }: EngineDeps & Pick<DispatcherDeps, 'isPast'>,
  capabilities: readonly Capability[],
  watch: Watch,
) {
  const { db, clock, mayLease = () => true } = deps
  const { onHandled, onEnded } = watch
  const paces = createPaceBook({ db, clock })
  const dispatcher = createDispatcher({
    ...deps,
    subscriptions: capabilities.flatMap(({ subscriptions }) => subscriptions ?? []),
    ...(onHandled && { onHandled }),
  })
  const runner = createRunner({
    ...deps,
    executors: capabilities.flatMap(({ executors }) => executors ?? []),
    onPace: paces.observe,
    handOn: dispatcher.handOn,
    ...(onEnded && { onEnded }),
  })
  const jobs = createJobRunner({ ...deps, jobs: capabilities.flatMap(({ jobs }) => jobs ?? []) })
  // SQLite belongs to one process, so whatever was claimed before we began was claimed by a dead one.
  const alone = db.dialect === 'sqlite'

  const nudgeEvents = (lane?: EventLane): void => {
    if (only === undefined) dispatcher.nudge(lane)
  }
  const nudgeActions = (lane: Lane | undefined = only): void => {
    if (only === undefined || lane === only) runner.nudge(lane)
  }
  const nudge = (): void => {
    nudgeEvents()
    nudgeActions()
  }

  /** Of a second in which nothing is due, one question is enough. */
  async function nudgeDue(): Promise<void> {
    if (!mayLease()) return
    const due = await db.statement((tx) => whatIsDue(tx, clock.now()))
    if (due.isHeldByDead && (await runner.releaseLeases({ all: false })) > 0) nudgeActions()
    for (const lane of due.events) nudgeEvents(lane)
    for (const lane of due.actions) nudgeActions(lane)
  }

  return {
    nudgeEvents,
    nudgeActions,
    /** Looks for whatever is due. */
    nudge,
    isHandled: dispatcher.isHandled,
    /** Frees the actions that dead processes held; before anything of ours can begin, since a lease of our own is no dead
     *  one's. */
    takeBack: async (): Promise<void> => {
      if (mayLease()) await runner.releaseLeases({ all: alone && only === undefined })
    },
    prepareJobs: () => jobs.prepare({ alone }),
    /** Everything that became due since the last beat. */
    beat: async (): Promise<void> => {
      await paces.save()
      await nudgeDue()
      if (only === undefined) await jobs.runDue()
    },
    busy: (): boolean => dispatcher.busy() || runner.busy() || jobs.busy(),
    /** Resolves when no event or action is due and what was under way has ended; that may have made more due. */
    settled: async (): Promise<void> => {
      await dispatcher.drained()
      await runner.drained()
      await jobs.settled()
    },
    /** Finishes what is claimed. */
    stop: async (): Promise<void> => {
      jobs.hurry()
      await dispatcher.stop()
      await jobs.settled()
      await runner.stop()
    },
  }
}
export type Works = ReturnType<typeof createWorks>
