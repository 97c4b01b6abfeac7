import type { Db } from '../../core/db/db.ts'
import type { RowOf } from '../../core/db/define-table.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { all, lock, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Orders } from '../orders/orders.ts'
import type { AskConsent } from '../privacy/consents.ts'
import { type Cuts, quintileCuts } from './quintiles.ts'
import { type ScoreCuts, scoreQueries } from './score-queries.ts'
import { SCORE_RUN } from './score-tables.ts'
import { writeScores } from './write-scores.ts'

export interface ScoresDeps {
  db: Db
  clock: Clock
  orders: { queries: Pick<Orders['queries'], 'purchases'> }
  privacy: AskConsent
}

type Run = RowOf<typeof SCORE_RUN>
const t = SCORE_RUN
const NAME = 'rfm'
const PAGE = 1_000
/** Before the ladders are looked at, by default at half past three. */
const AT_MS = 3 * HOUR_MS
/** Ends before the job's lease does; a minute later it goes on from its row. */
const BUDGET_MS = 5 * MINUTE_MS

const idOf = ({ externalUserId }: { externalUserId: string }): string => externalUserId

const nextTime = (nowMs: number): number => {
  const today = startOfShanghaiDay(nowMs) + AT_MS
  return today > nowMs ? today : today + DAY_MS
}

/** RFM: how lately (the Shanghai day of the last paid order), how often (days with a paid order) and for how much everybody
 *  has bought, 1 to 5 points each by quintiles over all who have bought. Every night: first the cuts, from all; then
 *  everybody's points by these cuts, page by page, of which only the differences are written. */
export function createScores({ db, clock, orders, privacy }: ScoresDeps) {
  async function held(tx: Tx): Promise<Run | undefined> {
    const run = await tx.row(sql`SELECT ${all(t)} FROM ${t} WHERE ${t.name} = ${NAME} ${lock()}`)
    if (run === undefined) {
      await tx.insertIgnore(t, [{ name: NAME, due_at: nextTime(clock.now()), after_userid: '' }])
    }
    return run !== undefined && run.due_at <= clock.now() ? run : undefined
  }

  /** Nothing is held or written while everybody is counted; cut off, it begins anew. */
  async function count(): Promise<ScoreCuts> {
    const lately: number[] = []
    const often: number[] = []
    const much: number[] = []
    for (let after = ''; ; ) {
      const page = await db.tx((tx) => orders.queries.purchases(tx, { after, limit: PAGE }))
      for (const { lastPaidAtMs, paidDays, paidSumFen } of page) {
        lately.push(startOfShanghaiDay(lastPaidAtMs))
        often.push(paidDays)
        much.push(paidSumFen)
      }
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      after = last.externalUserId
    }
    const [r, f, m] = [lately, often, much].map((values): Cuts => quintileCuts(Float64Array.from(values)))
    if (r === undefined || f === undefined || m === undefined) throw new Error('three lists give three cuts')
    return { customers: lately.length, r, f, m }
  }

  /** One page; true when there may be more. */
  async function step(tx: Tx): Promise<boolean> {
    const run = await held(tx)
    if (run === undefined || run.counted_at === null || run.counted_at < run.due_at) return false
    const cuts = scoreQueries.parseCuts(run.cuts)
    if (cuts === undefined) return false
    const page = await orders.queries.purchases(tx, { after: run.after_userid, limit: PAGE })
    const last = page.length < PAGE ? undefined : page.at(-1)?.externalUserId
    const refused = await privacy.consents.refusedAmong(tx, 'profiling', page.map(idOf))
    const scored = refused.size === 0 ? page : page.filter((one) => !refused.has(idOf(one)))
    await writeScores(tx, cuts, scored, { after: run.after_userid, last })
    const next = { due_at: last === undefined ? nextTime(clock.now()) : run.due_at, after_userid: last ?? '' }
    await tx.run(sql`UPDATE ${t} SET ${set(t, next)} WHERE ${t.name} = ${NAME}`)
    return last !== undefined
  }

  const job: Job = {
    name: 'scores.rfm',
    everyMs: MINUTE_MS,
    dueAt: (tx) => firstDue(tx, t.due_at),
    run: async () => {
      const until = clock.now() + BUDGET_MS
      const run = await db.tx(held)
      if (run === undefined) return
      if (run.counted_at === null || run.counted_at < run.due_at) {
        const cuts = await count()
        const counted = { cuts: scoreQueries.formatCuts(cuts), counted_at: clock.now(), after_userid: '' }
        await db.tx((tx) =>
          tx.run(sql`UPDATE ${t} SET ${set(t, counted)} WHERE ${t.name} = ${NAME} AND ${t.due_at} = ${run.due_at}`),
        )
      }
      while (clock.now() <= until && (await db.tx(step)));
    },
  }

  return { queries: scoreQueries, jobs: [job] }
}
