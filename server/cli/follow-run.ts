import type { Db } from '../core/db/db.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { isServerRunning } from '../engine/jobs/heartbeat.ts'
import type { Sync } from '../upkeep/sync/sync.ts'
import type { SyncRun } from '../upkeep/sync/sync-run.ts'
import type { SyncKind } from '../upkeep/sync/sync-states.ts'
import { createProgressLine } from './progress-line.ts'
import type { Screen } from './screen.ts'
import { progressText, shareOf } from './sync-progress.ts'

export interface FollowDeps {
  db: Db
  clock: Clock
  screen: Screen
  sync: Pick<Sync, 'ask' | 'queries'>
  /** Carries out what is due of the run; called about once a second while no server does. */
  work(): Promise<void>
  /** About a second. */
  pause(): Promise<void>
}

const KIND_ZH: Record<SyncKind, string> = { first: '首次同步', sync: '全量同步', reconcile: '核对' }

/** Asks for a run and shows how far it is until it ends. The running server does the work; without one, this process does,
 *  and also takes over when the server stops meanwhile. Killed at any moment, nothing is lost: the run goes on with the
 *  next server or command. Joins a run of the same kind that is under way; undefined when one of another kind is. */
export async function followRun(
  deps: FollowDeps,
  asked: { kind: SyncKind; dry: boolean },
): Promise<SyncRun | undefined> {
  const { db, clock, screen, sync } = deps
  const runs = sync.queries
  const begun = await db.tx(async (tx) => {
    const first = await runs.newest(tx, 'first')
    // Nothing was ever read: that is what comes first.
    const isFirst = first === undefined || first.state === 'failed'
    const kind = isFirst ? 'first' : asked.kind
    const run = await sync.ask(tx, { kind, askKey: `${kind}:${clock.now()}`, dry: asked.dry && !isFirst })
    if (run !== undefined) return { run, joined: false }
    return { run: await runs.open(tx), joined: true }
  })
  const { run, joined } = begun
  if (run === undefined) return undefined
  const isWanted = run.kind === asked.kind || (asked.kind === 'sync' && run.kind === 'first')
  if (joined && (!isWanted || run.dry !== asked.dry)) {
    screen.err(`${KIND_ZH[run.kind]}正在进行（${progressText(run, clock.now())}），等它结束后再运行一次。`)
    return undefined
  }
  if (run.kind === 'first' && asked.kind !== 'first') screen.out('还从来没有读过企业微信里的资料，先做首次同步。')
  if (joined) screen.out(`${KIND_ZH[run.kind]}已经在进行，下面是它的进度。`)
  return watch(deps, run.id)
}

async function watch({ db, clock, screen, sync, work, pause }: FollowDeps, runId: number): Promise<SyncRun> {
  const progress = createProgressLine({ screen, total: 1 })
  let isOurs = false
  for (;;) {
    const run = await db.tx((tx) => sync.queries.byId(tx, runId))
    if (run === undefined) throw new Error(`run ${runId} is gone from the database`)
    if (run.finishedAtMs !== undefined) {
      progress.clear()
      return run
    }
    progress.show(shareOf(run), progressText(run, clock.now()))
    isOurs ||= !(await db.tx((tx) => isServerRunning(tx, clock.now())))
    if (isOurs) await work()
    await pause()
  }
}
