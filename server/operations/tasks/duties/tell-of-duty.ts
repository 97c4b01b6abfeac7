import type { Tx } from '../../../core/db/tx.ts'
import { DAY_MS, shanghaiNear, shanghaiText } from '../../../core/kernel/shanghai.ts'
import type { Duty } from './duty-queries.ts'
import { inGroups } from './in-groups.ts'
import type { OpenDutyDeps } from './open-duty.ts'

type Deps = Pick<OpenDutyDeps, 'clock' | 'staff' | 'staffTelling' | 'alerts'>

const nameOf = async (tx: Tx, { staff }: Deps, { userId }: Duty): Promise<string> =>
  (await staff.queries.nameOf(tx, userId)) ?? userId

/** To those whom the rule names, that it was not done in time. Safe to repeat. */
export async function tellLate(tx: Tx, deps: Deps, duty: Duty): Promise<void> {
  const due = shanghaiNear(duty.dueAtMs)
  await tellNamed(tx, deps, duty, 'late', `没有按时做完「${duty.title}」${inGroups(duty)}，要在 ${due} 前做完。`)
}

/** To those whom the rule names, that somebody else is wanted while there is time; where it names nobody, to whoever looks after
 *  the server. `note`: one Chinese line, may be empty. Safe to repeat. */
export async function tellRefused(tx: Tx, deps: Deps, duty: Duty, note: string): Promise<void> {
  const said = `说做不了「${duty.title}」${inGroups(duty)}。${note}`
  if (duty.tell.length > 0) return tellNamed(tx, deps, duty, 'refused', said)
  await deps.alerts.raise(tx, {
    key: `duty.refused:${duty.id}`,
    text: `${await nameOf(tx, deps, duty)}${said}`,
    todo: `${shanghaiText(duty.dueAtMs)} 前请人接手；在规则「${duty.name}」里写上 tell，下次就告诉里面的人`,
    lapseAtMs: Math.max(duty.dueAtMs, deps.clock.now() + DAY_MS),
  })
}

async function tellNamed(tx: Tx, deps: Deps, duty: Duty, what: string, text: string): Promise<void> {
  if (duty.tell.length === 0) return
  await deps.staffTelling.tell(tx, {
    key: `duty:${duty.id}:${what}`,
    userIds: duty.tell,
    text: `${await nameOf(tx, deps, duty)}${text}`,
    reason: { text: `「${duty.name}」` },
  })
}
