import { alias } from '../../core/db/define-table.ts'
import { pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { laterAt } from './later-run.ts'
import { CATCH_UP_MS } from './schedule.ts'
import type { SendSnapshot } from './send-run.ts'
import { type RunRow, SEND_RUN } from './send-tables.ts'

const one = alias(SEND_RUN, 'one')
const before = alias(SEND_RUN, 'earlier')

/** Those whose day has come are read from now on, unless the run before them still waits for a yes. Where nothing ran at their time
 *  they wait for the next day at it, and beyond their last day they are missed: gives these. Safe to repeat. */
export async function wakeLater(tx: Tx, nowMs: number): Promise<Pick<RunRow, 'id' | 'send_name'>[]> {
  const due = await tx.rows(
    sql`SELECT ${pick(one, 'id', 'send_name', 'scheduled_at', 'planned_at', 'rule_json')}
        FROM ${one} JOIN ${before} ON ${before.id} = ${one.later_of}
        WHERE ${one.state} = 'later' AND ${one.planned_at} <= ${nowMs} AND ${before.state} NOT IN ('awaiting', 'cancelled')
        ORDER BY ${one.id}`,
  )
  const missed: Pick<RunRow, 'id' | 'send_name'>[] = []
  for (const run of due) {
    const change = changeOf(run, nowMs)
    await tx.run(
      sql`UPDATE ${SEND_RUN} SET ${set(SEND_RUN, change)} WHERE ${SEND_RUN.id} = ${run.id} AND ${SEND_RUN.state} = 'later'`,
    )
    if (change.state === 'missed') missed.push(run)
  }
  return missed
}

/** What becomes of one whose time has come. */
function changeOf(
  run: Pick<RunRow, 'scheduled_at' | 'planned_at' | 'rule_json'>,
  nowMs: number,
): Partial<Pick<RunRow, 'state' | 'planned_at' | 'finished_at' | 'remark'>> {
  if (nowMs - run.planned_at <= CATCH_UP_MS) return { state: 'planning', planned_at: nowMs }
  const snapshot = JSON.parse(run.rule_json) as SendSnapshot
  const was = `${shanghaiText(run.planned_at)} 服务没有运行`
  const nextMs = laterAt({ ...run, planned_at: nowMs }, snapshot)
  if (nextMs === undefined) return { state: 'missed', finished_at: nowMs, remark: `错过：${was}，之后不再看了` }
  return { planned_at: nextMs, remark: `${was}，改在 ${shanghaiText(nextMs)} 再看` }
}
