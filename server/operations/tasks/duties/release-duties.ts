import { mustHaveTaken } from '../../../core/db/taken-meanwhile.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import type { RuleBookHolder } from '../../../rules/book/rule-book.ts'
import { changeDuty, type Duty } from './duty-queries.ts'
import { endDuty } from './end-duty.ts'
import type { OpenDutyDeps } from './open-duty.ts'

export interface ReleaseDutiesDeps extends Pick<OpenDutyDeps, 'clock' | 'capacity' | 'notify'> {
  rules: Pick<RuleBookHolder, 'current'>
}

/** What a full day carried over is asked for, whether or not this day has room: customers' to-dos fill each day anew, and would keep
 *  it waiting for ever. It counts, and leaves less for them. What could only be done at its hour is asked for until it is over. */
export async function releaseDuties(tx: Tx, deps: ReleaseDutiesDeps, held: readonly Duty[]): Promise<void> {
  if (held.length === 0) return
  const { clock, rules, capacity, notify } = deps
  const now = clock.now()
  const isOfItsHour = ({ name }: Duty): boolean => {
    const deed = rules.current().duties.get(name)?.deed
    return deed?.kind === 'ask' && deed.isOfItsHour
  }
  const isOver = (duty: Duty): boolean => isOfItsHour(duty) && duty.dueAtMs <= now
  for (const { id } of held.filter(isOver))
    mustHaveTaken(
      await endDuty(tx, id, { state: 'dropped', outcome: '当天的待办满了，没有排进去，时间已经过了', atMs: now }),
      1,
    )
  const coming = held.filter((duty) => !isOver(duty))
  for (const duty of coming) {
    // Whoever did not get it in time has as long for it as the first time; the lead has heard already.
    const dueAtMs = isOfItsHour(duty) ? duty.dueAtMs : now + (duty.dueAtMs - duty.openedAtMs)
    const counted = { counted_on: shanghaiText(now).slice(0, 10) }
    const asked = { state: 'open' as const, opened_at: now, due_at: dueAtMs, wake_at: dueAtMs, ...counted }
    mustHaveTaken(await changeDuty(tx, duty.id, asked), 1)
  }
  const guides = coming.map(({ userId }) => userId)
  await capacity.confirms(tx, guides, now)
  await capacity.tellOperators(tx, [...new Set(held.map(({ userId }) => userId))])
  await notify(tx, [...new Set(guides)])
}
