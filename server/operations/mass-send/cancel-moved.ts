import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { MOST_DAYS_MOVED, type Occasion } from '../../rules/calendar/occasions.ts'
import { type CancelledRun, cancelRun } from './cancel-run.ts'
import { leavePlace } from './free-place.ts'
import type { DueSend } from './schedule.ts'
import type { SendSnapshot } from './send-run.ts'
import { SEND_RUN } from './send-tables.ts'

export interface MovedRun extends CancelledRun {
  /** It comes at the same time with other words: to be asked for again at once. */
  again: DueSend | undefined
}

const AROUND_MS = 2 * MOST_DAYS_MOVED * DAY_MS

/** Ends what waits for a yes, or with one for its time, that its calendar or campaign no longer wants like this: at another time, with
 *  other words, or not at all. It gives up its time and its day, so that the same may be wanted again later. */
export async function cancelMoved(tx: Tx, sends: ReadonlyMap<string, Send>, nowMs: number): Promise<MovedRun[]> {
  const waiting = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'id', 'send_name', 'state', 'scheduled_at', 'occasion', 'rule_json')} FROM ${SEND_RUN}
        WHERE ${SEND_RUN.state} IN ('awaiting', 'running') AND ${SEND_RUN.occasion} IS NOT NULL AND ${SEND_RUN.scheduled_at} > ${nowMs}
        ORDER BY ${SEND_RUN.id}`,
  )
  const cancelled: MovedRun[] = []
  for (const run of waiting) {
    const { id, scheduled_at: scheduledAtMs } = run
    const send = sends.get(run.send_name)
    const next = send?.occasions?.nextAfter(scheduledAtMs - 1)
    const comes = next?.atMs === scheduledAtMs ? next : undefined
    const { content } = JSON.parse(run.rule_json) as SendSnapshot
    // The words that somebody said yes to are those that go out.
    if (comes !== undefined && run.state === 'running') continue
    if (comes !== undefined && JSON.stringify(comes.content) === JSON.stringify(content)) continue
    const isOfCampaign = send?.campaign !== undefined
    // It comes once, however far it is moved.
    const elsewhere = isOfCampaign ? send.occasions?.nextAfter(nowMs) : comesOn(send, run.occasion, scheduledAtMs)
    const notAtAll = isOfCampaign ? MOVED_TO_THE_PAST : `日历${NOT_AT_ALL}`
    const how = comes !== undefined ? OTHER_WORDS : OTHER_TIME
    const why = comes === undefined && elsewhere === undefined ? notAtAll : `${isOfCampaign ? '活动' : '日历'}${how}`
    const one = await cancelRun(tx, id, { nowMs, why })
    if (one === undefined) continue
    await leavePlace(tx, run)
    const again = send === undefined || comes === undefined ? undefined : { send, scheduledAtMs, missed: false }
    cancelled.push({ ...one, again })
  }
  return cancelled
}

const OTHER_WORDS = '改了内容，按新的内容重新请人批准'
const OTHER_TIME = '改了时间，到新的时间重新请人批准'
/** What campaigns bring comes once, and what has passed is not caught up. */
export const MOVED_TO_THE_PAST = '活动改到了已经过去的时间，不会再发；要发就改 date'
const NOT_AT_ALL = '取消了这一次'

/** When that day's occasion comes now. */
function comesOn(send: Send | undefined, date: string | null, aroundMs: number): Occasion | undefined {
  const occasions = send?.occasions
  let next = occasions?.nextAfter(aroundMs - AROUND_MS)
  while (next !== undefined && next.date !== date) {
    next = next.atMs > aroundMs + AROUND_MS ? undefined : occasions?.nextAfter(next.atMs)
  }
  return next
}
