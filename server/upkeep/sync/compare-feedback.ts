import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { DAY_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Customers } from '../../records/customers/customers.ts'
import { feedbackDays } from './feedback-days.ts'
import { readSome } from './read-some.ts'
import type { RunSteps } from './run-steps.ts'
import { SyncFeedback } from './sync-actions.ts'
import { syncParts } from './sync-part.ts'
import type { SyncRun } from './sync-run.ts'

export interface CompareFeedbackDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'warn'>
  outbox: Outbox
  steps: RunSteps
  wecom: { statistics: Pick<Wecom['statistics'], 'behavior'> }
  customers: Pick<Customers, 'queries'>
}

/** WeCom's longest span; a day's figures are there on the next day (doc 92132). */
export const FEEDBACK_DAYS = 30
const GUIDES_PER_STEP = 10

const reason = { text: '核对客户删除导购的次数' }

/** The one thing no listing tells: a customer who deletes the guide stays in it, so a lost callback is not found. WeCom's
 *  daily count of such customers, guide by guide, beside ours tells how many we do not know of, though not whom. */
export function createCompareFeedback({ db, clock, log, outbox, steps, wecom, customers }: CompareFeedbackDeps) {
  const firstDay = (): number => startOfShanghaiDay(clock.now()) - FEEDBACK_DAYS * DAY_MS

  async function addPart(tx: Tx, runId: number, userIds: string[]): Promise<void> {
    const partId = await syncParts.add(tx, runId, 'feedback', userIds)
    await steps.add(tx, runId, { parts: 1 })
    const key = `sync:${runId}:feedback:${partId}`
    await outbox.enqueue(tx, SyncFeedback, { key, payload: { runId, partId }, reason })
  }

  /** Asked for one guide: for several, WeCom adds them up. */
  async function read(userId: string): Promise<Map<number, number>> {
    const from = firstDay()
    const { behavior_data } = await wecom.statistics.behavior({
      userid: [userId],
      start_time: from / 1_000,
      end_time: (from + (FEEDBACK_DAYS - 1) * DAY_MS) / 1_000,
    })
    return new Map(
      behavior_data.map((day) => [startOfShanghaiDay(day.stat_time * 1_000), day.negative_feedback_cnt ?? 0]),
    )
  }

  async function record(tx: Tx, userId: string, atWecom: Map<number, number>): Promise<void> {
    const from = firstDay()
    const heard = new Map<number, number>()
    for (const atMs of await customers.queries.deletedByCustomers(tx, userId, from)) {
      const day = startOfShanghaiDay(atMs)
      heard.set(day, (heard.get(day) ?? 0) + 1)
    }
    const days = Array.from({ length: FEEDBACK_DAYS }, (_, n) => {
      const dayMs = from + n * DAY_MS
      return { userId, dayMs, atWecom: atWecom.get(dayMs) ?? 0, heard: heard.get(dayMs) ?? 0 }
    })
    await feedbackDays.keep(tx, userId, days, from, clock.now())
  }

  const executor: Executor = execute(SyncFeedback, {
    perform: async ({ payload }) => {
      const part = await db.tx((tx) => syncParts.byId(tx, payload.partId))
      return readSome(part?.subjects ?? [], read)
    },
    record: async (tx, { payload: { runId } }, { readings, left }) => {
      const run = await steps.open(tx, runId)
      if (run === undefined) return
      await steps.repair(tx, run, async () => {
        for (const { subject, reading } of readings) await record(tx, subject, reading)
      })
      if (left.length > 0) await addPart(tx, runId, left)
      await steps.stepDone(tx, runId)
    },
    abandoned: async (tx, { payload: { runId, partId } }, { errcode }) => {
      const part = await syncParts.byId(tx, partId)
      if ((await steps.open(tx, runId)) === undefined || part === undefined) return
      // A figure to compare with, nothing of the corp itself: no gap in what was read.
      const [refused, ...others] = part.subjects
      log.warn({ runId, userId: refused, errcode }, 'WeCom does not tell how many customers deleted a guide')
      if (others.length > 0) await addPart(tx, runId, others)
      await steps.stepDone(tx, runId)
    },
  })

  return {
    executor,
    begin: async (tx: Tx, run: SyncRun, guideIds: string[]): Promise<void> => {
      for (let at = 0; at < guideIds.length; at += GUIDES_PER_STEP) {
        await addPart(tx, run.id, guideIds.slice(at, at + GUIDES_PER_STEP))
      }
    },
  }
}
