import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { LeftOutRow } from '../../platform/wecom/wire/left-out.ts'
import { type MissedChange, missedChanges } from './missed-changes.ts'
import { SYNC_STEPS } from './sync-actions.ts'
import { syncParts } from './sync-part.ts'
import { type Progress, type SyncRun, syncRuns } from './sync-run.ts'

export type Find = (finding: MissedChange) => void

class Undone {
  readonly result: unknown
  constructor(result: unknown) {
    this.result = result
  }
}

/** What all steps of a run share: repairs that a dry run takes back, findings, figures, and the run's end. */
export function createRunSteps({
  clock,
  log,
  outbox,
}: {
  clock: Clock
  log: Pick<Logger, 'info' | 'warn'>
  outbox: Pick<Outbox, 'forgetDone'>
}) {
  async function tellEnd(tx: Tx, runId: number): Promise<void> {
    const run = await syncRuns.byId(tx, runId)
    if (run === undefined) return
    const { kind, dry, state, relations, groupsRead, found, gaps } = run
    const kinds = Object.fromEntries((await missedChanges.sumsOf(tx, runId)).map((sum) => [sum.kind, sum.amount]))
    const seconds = Math.round((clock.now() - run.startedAtMs) / 1_000)
    const fields = { runId, kind, dry, state, seconds, relations, groups: groupsRead, found, kinds, gaps }
    tx.afterCommit(() => log[gaps > 0 ? 'warn' : 'info'](fields, 'the corp has been read'))
  }

  return {
    /** The run, while it is still under way. */
    open: async (tx: Tx, runId: number): Promise<SyncRun | undefined> => {
      const run = await syncRuns.byId(tx, runId)
      return run?.state === 'running' ? run : undefined
    },
    /** `work` writes what differs and tells what it found. In a dry run the very same is done and undone again. Findings
     *  count only in a reconciliation. Gives what `work` gave. */
    repair: async <T>(tx: Tx, run: SyncRun, work: (find: Find) => Promise<T>): Promise<T> => {
      const found: MissedChange[] = []
      let result: T
      if (!run.dry) result = await work((finding) => found.push(finding))
      else {
        try {
          result = await tx.savepoint(async () => {
            throw new Undone(await work((finding) => found.push(finding)))
          })
        } catch (error) {
          if (!(error instanceof Undone)) throw error
          result = error.result as T
        }
      }
      if (run.kind === 'reconcile') {
        await syncRuns.add(tx, run.id, { found: await missedChanges.keep(tx, run.id, found, clock.now()) })
      }
      return result
    },
    /** Rows of an answer of `path` that could not be used; each is a gap, and named in the report. */
    unread: async (tx: Tx, runId: number, path: string, rows: readonly LeftOutRow[]): Promise<void> => {
      await missedChanges.keepUnread(tx, runId, path, rows, clock.now())
      await syncRuns.add(tx, runId, { gaps: rows.length })
    },
    add: (tx: Tx, runId: number, progress: Progress): Promise<void> => syncRuns.add(tx, runId, progress),
    /** One step is over; the last one ends the run. */
    stepDone: async (tx: Tx, runId: number, progress: Progress = {}): Promise<void> => {
      await syncRuns.add(tx, runId, { ...progress, partsDone: 1 })
      if (!(await syncRuns.finish(tx, runId, clock.now()))) return
      await tellEnd(tx, runId)
      await syncParts.dropOf(tx, runId)
      await outbox.forgetDone(tx, SYNC_STEPS, `sync:${runId}:`)
    },
  }
}
export type RunSteps = ReturnType<typeof createRunSteps>
