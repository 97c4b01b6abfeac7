import type { Db } from '../db/db.ts'
import type { Tx } from '../db/tx.ts'
import type { CustomerFacts } from '../facts/facts.ts'
import type { Clock } from '../kernel/clock.ts'
import { shanghaiText, startOfShanghaiDay } from '../kernel/shanghai.ts'
import type { RuleBookHolder, Sop } from '../rules/rule-book.ts'
import type { Enter } from './enter.ts'
import { audienceOf } from './version-for.ts'
import { timeOfDayMs } from './wait-due.ts'

export interface DailyRunDeps {
  db: Db
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'audience'>
  batch?: number
}

interface Run {
  id: number
  state: 'running' | 'done'
  after_id: string | null
}

const BATCH = 200

/** Lets today's audience of every daily SOP in, once a day. How far a run has come is a row, moved on with each batch, so
 *  a restart goes on where it stopped. A server that was down at the time runs later the same day; days missed whole are
 *  not made up for. A SOP seen for the first time begins with its next time of day. */
export function createDailyRun({ db, clock, rules, facts, batch = BATCH }: DailyRunDeps, enter: Enter) {
  async function find(tx: Tx, sop: string, day: string): Promise<Run | undefined> {
    return tx.row<Run>(
      `SELECT id, state, after_id FROM sop_daily WHERE sop = ? AND day = ? ${tx.dialect === 'mysql' ? 'FOR UPDATE' : ''}`,
      [sop, day],
    )
  }

  async function open(tx: Tx, sop: Sop, day: string, isDue: boolean): Promise<Run | undefined> {
    const held = await find(tx, sop.name, day)
    if (held !== undefined) return held
    const isNew = (await tx.row('SELECT 1 AS found FROM sop_daily WHERE sop = ? LIMIT 1', [sop.name])) === undefined
    if (!isDue && !isNew) return undefined
    const now = clock.now()
    if (isNew) {
      // Any row makes the SOP known; that of today, done, is what makes it begin tomorrow.
      const seen = { sop: sop.name, day: isDue ? day : 'first-seen', state: 'done', started_at: now, finished_at: now }
      await tx.insertIgnore('sop_daily', [seen])
    } else {
      await tx.insertIgnore('sop_daily', [{ sop: sop.name, day, state: 'running', started_at: now }])
    }
    return find(tx, sop.name, day)
  }

  /** One batch; true when there may be more. */
  async function step(tx: Tx, sop: Sop, day: string, isDue: boolean): Promise<boolean> {
    const run = await open(tx, sop, day, isDue)
    if (run === undefined || run.state === 'done') return false
    const page = run.after_id === null ? { limit: batch } : { limit: batch, after: run.after_id }
    const ids = await facts.audience(tx, audienceOf(sop), clock.now(), page)
    const entered = await enter.byScan(tx, sop, ids, `${day} 每日名单`)
    const isLast = ids.length < batch
    await tx.run('UPDATE sop_daily SET after_id = ?, entered = entered + ?, state = ?, finished_at = ? WHERE id = ?', [
      ids.at(-1) ?? run.after_id,
      entered,
      isLast ? 'done' : 'running',
      isLast ? clock.now() : null,
      run.id,
    ])
    return !isLast
  }

  return async (): Promise<void> => {
    for (const sop of rules.current().sops.values()) {
      const { trigger, enabled } = sop.value
      if (typeof trigger === 'string' || !('daily' in trigger) || enabled === false) continue
      const now = clock.now()
      const day = shanghaiText(now).slice(0, 10)
      const isDue = now >= startOfShanghaiDay(now) + timeOfDayMs(trigger.daily)
      while (await db.tx((tx) => step(tx, sop, day, isDue))) {
        // Each batch is its own short transaction, so that welcomes pass between two of them.
      }
    }
  }
}
