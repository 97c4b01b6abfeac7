import type { Db } from '../../core/db/db.ts'
import { leftOut, type RowOf } from '../../core/db/define-table.ts'
import { all, lock, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Orders } from '../orders/orders.ts'
import type { PurchaseHistory } from '../orders/purchase-histories.ts'
import { type AskConsent, storedConsents } from '../privacy/consents.ts'
import { createReckon, type History, learn, MOST_FITTED, type Reckoned, trialDays } from './model/model.ts'
import { formatModel, parseModel, worthQueries } from './worth-queries.ts'
import { WORTH_RUN } from './worth-tables.ts'
import { writeWorth } from './write-worth.ts'

export interface WorthDeps {
  db: Db
  clock: Clock
  orders: { queries: Pick<Orders['queries'], 'histories' | 'firstPaidAtMs' | 'whoBoughtAmong'> }
  privacy: AskConsent
}

type Run = RowOf<typeof WORTH_RUN>
/** Customers behind `after` up to `last`; undefined: to the end. */
interface Page {
  reckoned: ReadonlyMap<string, Reckoned>
  after: string
  last: string | undefined
}
const t = WORTH_RUN
const NAME = 'worth'
const PAGE = 4_000
/** After the scores, before the ladders are looked at. */
const AT_MS = 3 * HOUR_MS + 10 * MINUTE_MS
/** Habits change slowly. */
const LEARN_EVERY_MS = 7 * DAY_MS
/** Ends before the job's lease does; a minute later it goes on from its row. */
const BUDGET_MS = 5 * MINUTE_MS

const nextTime = (nowMs: number): number => {
  const today = startOfShanghaiDay(nowMs) + AT_MS
  return today > nowMs ? today : today + DAY_MS
}

const dayOf = (atMs: number): number => Math.round((startOfShanghaiDay(atMs) - startOfShanghaiDay(0)) / DAY_MS)

const historyOf = (one: PurchaseHistory): History => ({
  ...{ firstDay: dayOf(one.firstDayMs), lastDay: dayOf(one.lastDayMs), days: one.days },
  ...{ repeatsPaid: one.repeatsPaid, repeatFen: one.repeatFen, daysBefore: one.daysBefore, later: one.later },
  lastDayBefore: dayOf(one.lastDayBeforeMs ?? one.firstDayMs),
})

/** What customers are likely to buy (BG/NBD and Gamma-Gamma), by all their paid orders. Once a week it is learned from all;
 *  each night everybody is reckoned by it, page after page, of which only the differences are written. */
export function createWorth({ db, clock, orders, privacy }: WorthDeps) {
  async function held(tx: Tx): Promise<Run | undefined> {
    const run = await tx.row(sql`SELECT ${all(t)} FROM ${t} WHERE ${t.name} = ${NAME} ${lock()}`)
    if (run === undefined) {
      await tx.insertIgnore(t, [{ name: NAME, due_at: nextTime(clock.now()), after_userid: '' }])
    }
    return run !== undefined && run.due_at <= clock.now() ? run : undefined
  }

  /** Who does not want to be judged by machines is not looked at, nor learned from. */
  async function page(tx: Tx, after: string, cutMs: number) {
    const { histories, last } = await orders.queries.histories(tx, { after, limit: PAGE, cutMs })
    const ids = histories.map(({ externalUserId }) => externalUserId)
    const refused = await privacy.consents.refusedAmong(tx, 'profiling', ids)
    return { histories: histories.filter(({ externalUserId }) => !refused.has(externalUserId)), last }
  }

  /** Of very many customers every second, fourth, eighth … is learned from, so that memory and time have an end. Cut off, it
   *  begins anew. */
  async function learnFromAll(): Promise<string> {
    const today = dayOf(clock.now())
    const firstMs = await db.tx((tx) => orders.queries.firstPaidAtMs(tx))
    const cut = today - trialDays(firstMs === undefined ? today : dayOf(firstMs), today) + 1
    const cutMs = startOfShanghaiDay(clock.now()) - (today - cut) * DAY_MS
    let kept: History[] = []
    let [seen, step] = [0, 1]
    for (let after: string | undefined = ''; after !== undefined; ) {
      const from: string = after
      const { histories, last } = await db.tx((tx) => page(tx, from, cutMs))
      for (const one of histories) {
        if (seen % step === 0) kept.push(historyOf(one))
        seen += 1
        if (kept.length < 2 * MOST_FITTED) continue
        kept = kept.filter((_, index) => index % 2 === 0)
        step *= 2
      }
      after = last
    }
    return formatModel(await learn(kept, { today, cut }))
  }

  /** Page after page from where it was; the next is read while one is written. */
  async function reckonAll(text: string, from: string, untilMs: number): Promise<void> {
    const reckon = createReckon(parseModel(text), dayOf(clock.now()))
    const look = (after: string) => db.tx((tx) => page(tx, after, 0))
    let next = look(from)
    for (let after: string | undefined = from; after !== undefined && clock.now() <= untilMs; ) {
      const behind: string = after
      const { histories, last } = await next
      if (last !== undefined) {
        next = look(last)
        // Whoever waits for it hears of its failure; until then nobody does.
        next.catch(() => undefined)
      }
      const reckoned = new Map<string, Reckoned>()
      for (const one of histories) {
        const found = reckon(historyOf(one))
        if (found !== undefined) reckoned.set(one.externalUserId, found)
      }
      after = (await writePage(text, { reckoned, after: behind, last }, untilMs)) ? last : undefined
    }
    await next.catch(() => undefined)
  }

  /** In several transactions where many have lost what they had. False: there is no time left, or it is not ours any more. */
  async function writePage(text: string, page: Page, untilMs: number): Promise<boolean> {
    for (let from = page.after; clock.now() <= untilMs; ) {
      const behind = from
      const { isMine, further } = await db.tx((tx) => write(tx, text, { page, from: behind }))
      if (!isMine || further === undefined) return isMine
      from = further
    }
    return false
  }

  /** Not ours: another process has gone on from there, or everybody is reckoned by what was learned since. */
  async function write(
    tx: Tx,
    text: string,
    { page: { reckoned, after, last }, from }: { page: Page; from: string },
  ): Promise<{ isMine: boolean; further?: string | undefined }> {
    const run = await held(tx)
    if (run === undefined || run.model !== text || run.after_userid !== after) return { isMine: false }
    const stillAmong = async (ids: readonly string[]): Promise<Set<string>> => {
      const refused = await storedConsents(clock).refusedAmong(tx, 'profiling', ids)
      return orders.queries.whoBoughtAmong(
        tx,
        ids.filter((id) => !refused.has(id)),
      )
    }
    const further = await writeWorth(tx, reckoned, { after: from, last, limit: PAGE, stillAmong })
    if (further !== undefined) return { isMine: true, further }
    const next =
      last === undefined
        ? { due_at: nextTime(clock.now()), after_userid: '', scored_at: clock.now() }
        : { after_userid: last }
    await tx.run(sql`UPDATE ${t} SET ${set(t, next)} WHERE ${t.name} = ${NAME}`)
    return { isMine: true }
  }

  const job: Job = {
    name: 'worth.reckon',
    everyMs: MINUTE_MS,
    dueAt: leftOut('a rehearsal of two weeks changes nothing of what is expected'),
    run: async () => {
      const until = clock.now() + BUDGET_MS
      const run = await db.tx(held)
      if (run === undefined) return
      const isOld = run.fitted_at === null || run.fitted_at <= clock.now() - LEARN_EVERY_MS + HOUR_MS
      if (isOld && run.after_userid === '') {
        const learned = { model: await learnFromAll(), fitted_at: clock.now() }
        await db.tx((tx) =>
          tx.run(sql`UPDATE ${t} SET ${set(t, learned)} WHERE ${t.name} = ${NAME} AND ${t.due_at} = ${run.due_at}`),
        )
      }
      const { model = null, after_userid: after = '' } = (await db.tx(held)) ?? {}
      if (model !== null) await reckonAll(model, after, until)
    },
  }

  return { queries: worthQueries, jobs: [job] }
}
