import { all, pick, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { DutyPlan } from '../../../rules/book/duty-plan.ts'
import { changeDuty, UNFINISHED_DUTY } from './duty-queries.ts'
import { DUTY } from './duty-tables.ts'
import { dateInKey, type OpenDutyDeps } from './open-duty.ts'

/** Ends what is open or held. `outcome`: one Chinese line. Returns 0 where it had ended already. */
export const endDuty = (
  tx: Tx,
  id: number,
  { state, outcome, atMs }: { state: 'done' | 'dropped'; outcome: string | null; atMs: number },
): Promise<number> => changeDuty(tx, id, { state, outcome, closed_at: atMs, wake_at: null })

const RULE_GONE = '规则里已经没有这一项，不用做了'
const DROPPED = 'dropped:'

/** Nobody is asked any longer for what the rules no longer have. Its day is free, so that whoever was asked can be asked once it is
 *  back and comes later. Safe to repeat. */
export async function dropUnwanted(tx: Tx, wanted: ReadonlySet<string>, atMs: number): Promise<void> {
  const names = await tx.rows(sql`SELECT DISTINCT ${pick(DUTY, 'duty_name')} FROM ${DUTY} WHERE ${UNFINISHED_DUTY}`)
  for (const { duty_name: name } of names.filter((one) => !wanted.has(one.duty_name))) {
    const gone = await tx.rows(
      sql`SELECT ${pick(DUTY, 'id', 'duty_key')} FROM ${DUTY} WHERE ${DUTY.duty_name} = ${name} AND ${UNFINISHED_DUTY}`,
    )
    for (const { id, duty_key: key } of gone) {
      const ended = {
        state: 'dropped' as const,
        outcome: RULE_GONE,
        closed_at: atMs,
        wake_at: null,
      }
      await changeDuty(tx, id, { ...ended, duty_key: `${DROPPED}${id}:${key}` })
    }
  }
}

/** What was dropped with its rule is asked for again once that is back, as long as there is time for it: its groups count as having
 *  had the step, so that it would not come by itself. What somebody was asked for anew in the meantime stays. Safe to repeat. */
export async function bringBack(
  tx: Tx,
  { clock, notify }: Pick<OpenDutyDeps, 'clock' | 'notify'>,
  plans: ReadonlyMap<string, DutyPlan>,
): Promise<void> {
  const guides = new Set<string>()
  const isGone = sql`${DUTY.state} = 'dropped' AND ${DUTY.outcome} = ${RULE_GONE}`
  const gone = await tx.rows(
    sql`SELECT ${all(DUTY)} FROM ${DUTY} WHERE ${DUTY.duty_key} >= ${DROPPED} AND ${DUTY.duty_key} < 'dropped;' AND ${isGone}
        ORDER BY ${DUTY.id}`,
  )
  for (const duty of gone) {
    const plan = plans.get(duty.duty_name)
    const key = duty.duty_key.slice(`${DROPPED}${duty.id}:`.length)
    if (plan?.deed.kind !== 'ask' || plan.value.enabled === false || key === '') continue
    const date = dateInKey(key)
    const occasion = date === undefined ? undefined : plan.occasions.on?.(date)
    const dueAtMs = occasion === undefined ? duty.due_at : occasion.happensAtMs + plan.deed.withinMs
    if (dueAtMs <= clock.now()) continue
    const again = await tx.row(sql`SELECT ${pick(DUTY, 'id')} FROM ${DUTY} WHERE ${DUTY.duty_key} = ${key}`)
    if (again !== undefined) continue
    const back = { state: 'open' as const, outcome: null, closed_at: null, notified_at: null, wake_at: dueAtMs }
    await tx.run(
      sql`UPDATE ${DUTY} SET ${set(DUTY, { ...back, duty_key: key, due_at: dueAtMs })}
          WHERE ${DUTY.id} = ${duty.id} AND ${isGone}`,
    )
    guides.add(duty.userid)
  }
  if (guides.size > 0) await notify(tx, [...guides])
}
