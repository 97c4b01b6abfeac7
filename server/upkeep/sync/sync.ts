import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { randomText } from '../../core/kernel/random.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Channels } from '../../records/channels/channels.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Tags } from '../../records/tags/tags.ts'
import type { Told } from '../../records/told/told.ts'
import { createAfterSwitch } from './after-switch.ts'
import { createCompareFeedback } from './compare-feedback.ts'
import { createFindLosses } from './find-losses.ts'
import { missedChanges } from './missed-changes.ts'
import { lastNight } from './night.ts'
import { createReadGroups } from './read-groups.ts'
import { createReadPeople } from './read-people.ts'
import { createReadStaff } from './read-staff.ts'
import { createReadTags } from './read-tags.ts'
import { createReadWays } from './read-ways.ts'
import { createRunSteps } from './run-steps.ts'
import { SyncStaff, SyncTags } from './sync-actions.ts'
import { syncQueries } from './sync-queries.ts'
import { type SyncRun, syncRuns } from './sync-run.ts'
import type { Asked } from './sync-states.ts'

export interface SyncDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  outbox: Outbox
  wecom: {
    contacts: Pick<Wecom['contacts'], 'batchByUser' | 'list'>
    statistics: Pick<Wecom['statistics'], 'behavior'>
  }
  staff: Staff
  tags: Pick<Tags, 'read' | 'recordListing'>
  customers: Customers
  /** What the shop tells of people, often before we know them. */
  told: readonly Pick<Told, 'matchWaiting' | 'isAnyWaiting'>[]
  groups: Groups
  channels: Pick<Channels, 'codes'>
  corpId: string
}

/** Findings are kept this long. */
const KEPT_MS = 90 * DAY_MS

/** Reads the whole corp: once by itself when Huoshui first starts, on demand, and every night to find what callbacks
 *  missed. Every step is an action of the back-fill lane, so a kill goes on where it was and nothing waits behind it;
 *  what is read is in use at once. */
export function createSync(deps: SyncDeps) {
  const { db, clock, log, outbox, tags, customers, corpId } = deps
  const steps = createRunSteps({ clock, log, outbox })
  const people = createReadPeople({ ...deps, steps })
  const groups = createReadGroups({ ...deps, steps })
  const ways = createReadWays({ ...deps, steps })
  const feedback = createCompareFeedback({ ...deps, steps })
  const reason = { text: '读取企业微信里已有的资料' }

  /** The run asked for; undefined while another is under way. A request made twice is one run. */
  async function ask(tx: Tx, { kind, askKey, dry = false }: Asked): Promise<SyncRun | undefined> {
    const before = await syncRuns.byAskKey(tx, askKey)
    if (before !== undefined) return before
    const runId = await syncRuns.begin(tx, { kind, dry, askKey, nowMs: clock.now() })
    if (runId === undefined) return undefined
    await missedChanges.dropBefore(tx, clock.now() - KEPT_MS)
    const known = await customers.queries.countFriendships(tx)
    if (known > 0) await syncRuns.expect(tx, runId, known)
    await steps.add(tx, runId, { parts: 2 })
    // First, so that customers' tags have names.
    await outbox.enqueue(tx, SyncTags, { key: `sync:${runId}:tags`, payload: { runId }, reason })
    await outbox.enqueue(tx, SyncStaff, { key: `sync:${runId}:staff`, payload: { runId }, reason })
    return syncRuns.byId(tx, runId)
  }

  async function keep(): Promise<void> {
    await db.tx(async (tx) => {
      const now = clock.now()
      const first = await syncRuns.newest(tx, 'first')
      if (first === undefined || first.state === 'failed') {
        const isResting = first !== undefined && now < (first.finishedAtMs ?? 0) + HOUR_MS
        if (!isResting) await ask(tx, { kind: 'first', askKey: `first:${now}` })
        return
      }
      const night = lastNight(now, corpId)
      if (first.finishedAtMs === undefined || first.finishedAtMs > night.atMs) return
      await ask(tx, { kind: 'reconcile', askKey: `night:${night.date}` })
    })
  }

  return {
    ask,
    /** Begins a reconciliation; its steps are actions. Gives the id of the run, or undefined while another reading of the
     *  corp is under way. What happened within the last two minutes is left to the callbacks. `dry`: finds and repairs
     *  nothing. */
    reconcile: async ({ dry = false } = {}): Promise<number | undefined> =>
      (await db.tx((tx) => ask(tx, { kind: 'reconcile', askKey: `asked:${clock.now()}:${randomText(6)}`, dry })))?.id,
    queries: syncQueries,
    executors: [
      ...createReadStaff({
        ...deps,
        steps,
        afterwards: async (tx, run, guideIds) => {
          await people.begin(tx, run, guideIds)
          await groups.begin(tx, run)
          await ways.begin(tx, run)
          if (run.kind === 'reconcile') await feedback.begin(tx, run, guideIds)
          await steps.add(tx, run.id, { parts: 1 })
        },
      }),
      createReadTags({ steps, tags }),
      ...people.executors,
      ...createFindLosses({ ...deps, steps }),
      ...groups.executors,
      ways.executor,
      feedback.executor,
    ],
    jobs: [
      { name: 'sync.keep', everyMs: MINUTE_MS, dueAt: leftOut('it reads the platform'), run: keep },
      ...createAfterSwitch({ ...deps, ask }).jobs,
    ],
  }
}
export type Sync = ReturnType<typeof createSync>
