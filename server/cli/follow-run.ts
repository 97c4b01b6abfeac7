import type { Db } from '../core/db/db.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { isServerRunning } from '../engine/jobs/heartbeat.ts'
import type { Sync } from '../upkeep/sync/sync.ts'
import { syncQueries } from '../upkeep/sync/sync-queries.ts'
import type { SyncRun } from '../upkeep/sync/sync-run.ts'
import type { SyncKind } from '../upkeep/sync/sync-states.ts'
import { cliFault } from './frame/cli-fault.ts'
import type { Screen } from './frame/command.ts'
import { createProgressLine } from './progress-line.ts'
import { progressText, shareOf } from './sync-progress.ts'

export interface FollowDeps {
  db: Db
  clock: Clock
  screen: Screen
  sync: Pick<Sync, 'ask'>
  /** Carries out what is due of the run; called about once a second while no server does. */
  work(): Promise<void>
  /** About a second. */
  pause(): Promise<void>
}

const KIND_ZH: Record<SyncKind, string> = { first: '首次同步', sync: '全量同步', reconcile: '核对' }

/** Asks for a run and shows how far it is until it ends. The running server does the work; without one, this process does,
 *  and also takes over when the server stops meanwhile. Killed at any moment, nothing is lost: the run goes on with the
 *  next server or command. Joins a run of the same kind that is under way; throws `no` when one of another kind is. */
export async function followRun(deps: FollowDeps, asked: { kind: SyncKind; dry: boolean }): Promise<SyncRun> {
  const { db, clock, screen, sync } = deps
  const begun = await db.tx(async (tx) => {
    const first = await syncQueries.newest(tx, 'first')
    // Nothing was ever read: that is what comes first.
    const isFirst = first === undefined || first.state === 'failed'
    const kind = isFirst ? 'first' : asked.kind
    const run = await sync.ask(tx, { kind, askKey: `${kind}:${clock.now()}`, dry: asked.dry && !isFirst })
    if (run !== undefined) return { run, joined: false }
    return { run: await syncQueries.open(tx), joined: true }
  })
  const { run, joined } = begun
  if (run === undefined) throw cliFault('no', '另一次同步或核对刚刚结束，请再运行一次。')
  const isWanted = run.kind === asked.kind || (asked.kind === 'sync' && run.kind === 'first')
  if (joined && (!isWanted || run.dry !== asked.dry)) {
    const how = progressText(run, clock.now())
    throw cliFault('no', `${KIND_ZH[run.kind]}正在进行（${how}），等它结束后再运行一次。`)
  }
  if (run.kind === 'first' && asked.kind !== 'first') screen.note('还从来没有读过企业微信里的资料，先做首次同步。')
  if (joined) screen.note(`${KIND_ZH[run.kind]}已经在进行，下面是它的进度。`)
  return watch(deps, run.id)
}

async function watch({ db, clock, screen, work, pause }: FollowDeps, runId: number): Promise<SyncRun> {
  const progress = createProgressLine({ screen, total: 1 })
  let isOurs = false
  for (;;) {
    const run = await db.tx((tx) => syncQueries.byId(tx, runId))
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
