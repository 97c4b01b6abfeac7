import type { Tx } from '../db/tx.ts'
import { DAY_MS, shanghaiText, startOfShanghaiDay } from '../kernel/shanghai.ts'
import type { RuleBook } from '../rules/rule-book.ts'
import { timeOfDayMs } from './wait-due.ts'

/** When the next daily SOP lets its audience in, UTC milliseconds; one that has not run today counts with today's time. */
export async function nextDaily(tx: Tx, book: RuleBook, nowMs: number): Promise<number | undefined> {
  const today = shanghaiText(nowMs).slice(0, 10)
  const ran = await tx.rows<{ sop: string }>(`SELECT sop FROM sop_daily WHERE day = ? AND state = 'done'`, [today])
  const done = new Set(ran.map((row) => row.sop))
  const instants = [...book.sops.values()].flatMap(({ name, value: { trigger, enabled } }) => {
    if (typeof trigger === 'string' || !('daily' in trigger) || enabled === false) return []
    return startOfShanghaiDay(nowMs) + timeOfDayMs(trigger.daily) + (done.has(name) ? DAY_MS : 0)
  })
  return instants.length === 0 ? undefined : Math.min(...instants)
}
