import { all, pick, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { giveBack } from '../give-back.ts'
import { occasionInKey, timeInKey } from './duty-key.ts'
import { changeDuty, UNFINISHED_DUTY } from './duty-queries.ts'
import { DUTY, type DutyRow } from './duty-tables.ts'
import { isAbout, otherwiseEnded } from './ended-otherwise.ts'
import type { OpenDutyDeps } from './open-duty.ts'

/** Ends what is open or held. `outcome`: one Chinese line. Returns 0 where it had ended already. */
export const endDuty = (
  tx: Tx,
  id: number,
  { state, outcome, atMs }: { state: 'done' | 'dropped'; outcome: string | null; atMs: number },
): Promise<number> => changeDuty(tx, id, { state, outcome, closed_at: atMs, wake_at: null })

const RULE_GONE = '规则里已经没有这一项，不用做了'
/** Before the key of what its rule wants no more. */
export const DROPPED = 'dropped:'

type Deps = Pick<OpenDutyDeps, 'clock' | 'groups'>

/** Its rule wants it no more: its time is free, so that it is asked for anew should the rule want it again, and so is its place in
 *  the day that it counts in. `outcome`: one Chinese line. */
export async function letGo(
  tx: Tx,
  { clock }: Pick<Deps, 'clock'>,
  duty: Pick<DutyRow, 'id' | 'duty_key' | 'userid' | 'counted_on'>,
  outcome: string,
): Promise<void> {
  const ended = { state: 'dropped' as const, outcome, closed_at: clock.now(), wake_at: null, counted_on: null }
  const gone = await changeDuty(tx, duty.id, { ...ended, duty_key: `${DROPPED}${duty.id}:${duty.duty_key}` })
  if (gone === 1 && duty.counted_on !== null) await giveBack(tx, [{ userId: duty.userid, day: duty.counted_on }])
}

/** Nobody is asked any longer for what the rules no longer have. Safe to repeat. */
export async function dropUnwanted(tx: Tx, deps: Deps, wanted: ReadonlySet<string>): Promise<void> {
  const names = await tx.rows(sql`SELECT DISTINCT ${pick(DUTY, 'duty_name')} FROM ${DUTY} WHERE ${UNFINISHED_DUTY}`)
  for (const { duty_name: name } of names.filter((one) => !wanted.has(one.duty_name))) {
    const gone = await tx.rows(
      sql`SELECT ${all(DUTY)} FROM ${DUTY} WHERE ${DUTY.duty_name} = ${name} AND ${UNFINISHED_DUTY} ORDER BY ${DUTY.id}`,
    )
    for (const duty of gone) await letGo(tx, deps, duty, RULE_GONE)
    for (const at of new Set(gone.map(({ duty_key: key }) => occasionInKey(key)))) {
      const own = gone.filter(({ duty_key: key }) => occasionInKey(key) === at)
      await giveBackStep(tx, deps, { name, at, gone: own })
    }
  }
}

/** Groups whose step nobody has seen to are still to have it, today or on another day that the rule may come back with. */
async function giveBackStep(
  tx: Tx,
  { groups: { queries, steps } }: Deps,
  { name, at, gone }: { name: string; at: string; gone: readonly DutyRow[] },
): Promise<void> {
  const atMs = timeInKey(at)
  if (atMs === undefined) return
  const ended = await otherwiseEnded(tx, at)
  const free = (await queries.all(tx)).filter((group) => isAbout(gone, group) || !isAbout(ended, group))
  const chatIds = free.map(({ chatId }) => chatId)
  await steps.giveBack(tx, { step: name, chatIds, atMs })
}
