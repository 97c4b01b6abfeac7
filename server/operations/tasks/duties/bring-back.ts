import { list, pick, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import type { Group } from '../../../records/groups/group-queries.ts'
import type { DutyOccasion, DutyPlan } from '../../../rules/book/duty-plan.ts'
import { dateInKey, dutyKey, occasionInKey } from './duty-key.ts'
import { DUTY } from './duty-tables.ts'
import { DROPPED } from './end-duty.ts'
import { isAbout, otherwiseEnded } from './ended-otherwise.ts'
import { type OpenDutyDeps, openDuty } from './open-duty.ts'

/** What was dropped with its rule is asked for anew once that wants it again, as the rule and its people are now, as long as there is
 *  time for it; what is to come comes at its time. Whoever was asked in the meantime, or has done it, is not asked. Safe to repeat. */
export async function bringBack(
  tx: Tx,
  deps: OpenDutyDeps,
  plans: ReadonlyMap<string, DutyPlan>,
  groups: () => Promise<Group[]>,
): Promise<void> {
  const now = deps.clock.now()
  const gone = await tx.rows(
    sql`SELECT ${pick(DUTY, 'id', 'duty_name', 'duty_key')} FROM ${DUTY}
        WHERE ${DUTY.duty_key} >= ${DROPPED} AND ${DUTY.duty_key} < 'dropped;' ORDER BY ${DUTY.id}`,
  )
  const dayOf = ({ duty_name: name, duty_key: key }: (typeof gone)[number]) => `${name}:${dateInKey(key) ?? ''}:`
  for (const [day, duties] of groupBy(gone, dayOf)) {
    const plan = plans.get(duties[0]?.duty_name ?? '')
    const date = dateInKey(day)
    if (plan?.deed.kind !== 'ask' || plan.value.enabled === false || date === undefined) continue
    const occasion = occasionOn(plan, date)
    if (occasion === undefined || occasion.atMs > now || occasion.happensAtMs + plan.deed.withinMs <= now) continue
    const asked = occasionInKey(dutyKey(plan, occasion, ''))
    const ended = await otherwiseEnded(tx, asked)
    // A group whose owner has seen to it may be somebody else's by now.
    const open = async (): Promise<Group[]> =>
      occasion.who === undefined ? (await groups()).filter((group) => !isAbout(ended, group)) : groups()
    await openDuty(tx, deps, plan, { occasion, groups: open })
    // What is asked for anew stands in their place.
    if ((await otherwiseEnded(tx, asked)).length > ended.length)
      await tx.run(sql`DELETE FROM ${DUTY} WHERE ${DUTY.id} IN ${list(duties.map(({ id }) => id))}`)
  }
}

/** Its time on that day, as the rule is now. */
function occasionOn({ occasions }: DutyPlan, date: string): DutyOccasion | undefined {
  if (occasions.on !== undefined) return occasions.on(date)
  const next = occasions.nextAfter(Date.parse(`${date}T00:00:00+08:00`) - 1)
  return next?.date === date ? next : undefined
}
