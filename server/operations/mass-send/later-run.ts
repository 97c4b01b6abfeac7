import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { deferredOf } from './deferred-of.ts'
import { freePlace } from './free-place.ts'
import type { SendSnapshot } from './send-run.ts'
import { type RunRow, SEND_RUN } from './send-tables.ts'

/** When those whom a run has no place for are looked at again: at the same time of the day after they were looked at; undefined: not
 *  any more. */
export function laterAt(
  run: Pick<RunRow, 'scheduled_at' | 'planned_at'>,
  { laterUntilMs }: Pick<SendSnapshot, 'laterUntilMs'>,
): number | undefined {
  const daysOn = Math.max(0, Math.floor((run.planned_at - run.scheduled_at) / DAY_MS))
  const atMs = run.scheduled_at + (daysOn + 1) * DAY_MS
  return laterUntilMs === undefined || atMs > laterUntilMs ? undefined : atMs
}

/** A run whose audience has been read gets one of the day after for those whom it had no place for, in the transaction that ends the
 *  reading; nobody, or the send itself comes by then: none. The same words, under the same yes of a second person. Safe to repeat. */
export async function openLater(tx: Tx, run: RunRow, snapshot: SendSnapshot): Promise<void> {
  const atMs = laterAt(run, snapshot)
  if (atMs === undefined) return
  const [one] = await deferredOf(tx, { runId: run.id, chatType: run.chat_type }, { after: '', limit: 1 })
  if (one === undefined || (await comesItself(tx, run, atMs))) return
  const { needsApproval: _given, ...again } = snapshot
  await tx.insertIgnore(SEND_RUN, [
    {
      send_name: run.send_name,
      chat_type: run.chat_type,
      scheduled_at: await freePlace(tx, run.send_name, atMs),
      rule_version: run.rule_version,
      rule_json: JSON.stringify(again),
      state: 'later',
      planned_at: atMs,
      kind: run.kind,
      priority: run.priority,
      expected_fen: run.expected_fen,
      later_of: run.id,
      drawn_as: run.drawn_as,
      remark: `#${run.id} 里轮不到的人，再看一次`,
    },
  ])
}

/** With a time that was changed in its file a send comes sooner than it was to. */
async function comesItself(tx: Tx, run: RunRow, untilMs: number): Promise<boolean> {
  const own = await tx.row(
    sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN}
        WHERE ${SEND_RUN.send_name} = ${run.send_name} AND ${SEND_RUN.id} <> ${run.id}
          AND ${SEND_RUN.scheduled_at} > ${run.scheduled_at - SECOND_MS} AND ${SEND_RUN.scheduled_at} <= ${untilMs}
          AND ${SEND_RUN.later_of} IS NULL AND ${SEND_RUN.ask_key} IS NULL
          AND ${SEND_RUN.state} NOT IN ('missed', 'cancelled') LIMIT 1`,
  )
  return own !== undefined
}

/** The waiting run for those whom these had no place for. */
export const laterRunsOf = async (tx: Tx, runIds: readonly number[]): Promise<number[]> => {
  const rows = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN}
        WHERE ${SEND_RUN.later_of} IN ${list(runIds)} AND ${SEND_RUN.state} = 'later'`,
  )
  return rows.map(({ id }) => id)
}
