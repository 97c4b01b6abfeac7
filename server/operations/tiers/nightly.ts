import type { Db } from '../../core/db/db.ts'
import type { RowOf } from '../../core/db/define-table.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { Ladder, RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import { DEFAULT_EVALUATE_AT } from '../../rules/schema/ladder-rule.ts'
import type { Evaluate } from './evaluate.ts'
import { TIER_RUN } from './tier-tables.ts'

export interface NightlyDeps {
  db: Db
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'audience'>
  evaluate: Pick<Evaluate, 'page'>
  /** After everybody was looked at. */
  tidyTags(tx: Tx, ladder: Ladder): Promise<void>
}

type Run = Pick<RowOf<typeof TIER_RUN>, 'due_at' | 'after_userid'>

const EVERYBODY: Condition = { kind: 'all', of: [] }
const PAGE = 500
/** Ends before the job's lease does; a minute later it goes on from its row. */
const BUDGET_MS = 5 * MINUTE_MS

/** Looks at everybody once a day. How far it is stands in a row that moves on with each page, so a restart, or another
 *  process, goes on from there. A ladder seen for the first time begins with its next time of day. */
export function createNightly({ db, clock, rules, facts, evaluate, tidyTags }: NightlyDeps): Job {
  async function held(tx: Tx, ladder: Ladder): Promise<Run | undefined> {
    const run = await tx.row(
      sql`SELECT ${pick(TIER_RUN, 'due_at', 'after_userid')} FROM ${TIER_RUN}
          WHERE ${TIER_RUN.ladder} = ${ladder.name} ${lock()}`,
    )
    const dueAtMs = nextTime(ladder, clock.now())
    if (run === undefined) {
      await tx.insertIgnore(TIER_RUN, [{ ladder: ladder.name, due_at: dueAtMs, after_userid: '' }])
      return undefined
    }
    if (run.due_at <= clock.now()) return run
    if (run.due_at !== dueAtMs) await put(tx, ladder, { due_at: dueAtMs, after_userid: '' })
    return undefined
  }

  async function put(tx: Tx, ladder: Ladder, run: Run): Promise<void> {
    await tx.run(sql`UPDATE ${TIER_RUN} SET ${set(TIER_RUN, run)} WHERE ${TIER_RUN.ladder} = ${ladder.name}`)
  }

  /** One page; true when there may be more. */
  async function step(tx: Tx, ladder: Ladder): Promise<boolean> {
    const run = await held(tx, ladder)
    if (run === undefined) return false
    const now = clock.now()
    const ids = await facts.audience(tx, EVERYBODY, now, { limit: PAGE, after: run.after_userid })
    await evaluate.page(tx, ladder, ids, { text: '每天评定，' })
    const last = ids.length < PAGE ? undefined : ids.at(-1)
    if (last === undefined) {
      await tidyTags(tx, ladder)
      await put(tx, ladder, { due_at: nextTime(ladder, now), after_userid: '' })
    } else await put(tx, ladder, { due_at: run.due_at, after_userid: last })
    return last !== undefined
  }

  return {
    name: 'tiers.evaluate',
    everyMs: MINUTE_MS,
    dueAt: (tx) => firstDue(tx, TIER_RUN.due_at),
    run: async () => {
      const until = clock.now() + BUDGET_MS
      for (const name of rules.current().ladders.keys()) {
        for (;;) {
          const ladder = rules.current().ladders.get(name)
          if (ladder === undefined || clock.now() > until || !(await db.tx((tx) => step(tx, ladder)))) break
        }
      }
    },
  }
}

/** The next time of day at which the ladder is looked at, after `nowMs`. */
export function nextTime({ value }: Ladder, nowMs: number): number {
  const [hours = 0, minutes = 0] = (value.evaluateAt ?? DEFAULT_EVALUATE_AT).split(':').map(Number)
  const today = startOfShanghaiDay(nowMs) + (hours * 60 + minutes) * MINUTE_MS
  return today > nowMs ? today : today + DAY_MS
}
