import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import { list, number, pick, raw, select, sql, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { hasPaidWithin } from '../../records/orders/has-paid-since.ts'
import { SCRIPT_OUTCOME, SCRIPT_USE } from './script-tables.ts'
import type { Tried } from './thompson-order.ts'

/** Who buys within so many days of a script counts for it. What customers answer, WeCom tells nobody without the message
 *  archive, so orders are all that can be counted. */
export const OUTCOME_DAYS = 7
const LOOK_BACK_MS = 180 * DAY_MS

const u = SCRIPT_USE
const t = SCRIPT_OUTCOME

/** Each customer counts once for a script: from when it was first sent to them, once the time is over. */
async function count(tx: Tx, nowMs: number): Promise<Tried[]> {
  const outcome = select({
    id: words(raw('f.script_id')),
    customers: number(raw('COUNT(*)')),
    bought: number(
      raw(
        `SUM(CASE WHEN ${hasPaidWithin({ customer: 'f.external_userid', atMs: 'f.first_at', ms: OUTCOME_DAYS * DAY_MS })}
          THEN 1 ELSE 0 END)`,
      ),
    ),
  })
  return tx.rows(
    sql`SELECT ${outcome} FROM (
          SELECT ${u.script_id} AS script_id, ${u.external_userid} AS external_userid, MIN(${u.sent_at}) AS first_at
          FROM ${u} WHERE ${u.script_id} IS NOT NULL AND ${u.sent_at} >= ${nowMs - LOOK_BACK_MS}
          GROUP BY ${u.script_id}, ${u.external_userid}) f
        WHERE f.first_at <= ${nowMs - OUTCOME_DAYS * DAY_MS} GROUP BY f.script_id`,
  )
}

/** What became of scripts. */
export function createScriptOutcomes({ db, clock }: { db: Db; clock: Clock }) {
  const recount: Job = {
    name: 'scripts.count-outcomes',
    everyMs: DAY_MS,
    dueAt: leftOut('only orders a list on a screen'),
    run: () =>
      db.tx(async (tx) => {
        const now = clock.now()
        const counted = await count(tx, now)
        await tx.run(sql`DELETE FROM ${t}`)
        await tx.insertIgnore(
          t,
          counted.map(({ id, customers, bought }) => ({ script_id: id, customers, bought, counted_at: now })),
        )
      }),
  }

  return {
    jobs: [recount],
    /** Of these, by id; what nobody was sent is left out. */
    outcomesOf: async (tx: Tx, ids: readonly string[]): Promise<Map<string, Tried>> => {
      if (ids.length === 0) return new Map()
      const rows = await tx.rows(
        sql`SELECT ${pick(t, 'script_id', 'customers', 'bought')} FROM ${t} WHERE ${t.script_id} IN ${list([...ids])}`,
      )
      return new Map(rows.map(({ script_id: id, customers, bought }) => [id, { id, customers, bought }]))
    },
  }
}
export type ScriptOutcomes = ReturnType<typeof createScriptOutcomes>
