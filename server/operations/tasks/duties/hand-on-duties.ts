import { all, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { updateFree } from '../../../core/db/update-free.ts'
import { DAY_MS, shanghaiText } from '../../../core/kernel/shanghai.ts'
import { keyFor } from './duty-key.ts'
import { changeDuty, type Duty, toDuty, UNFINISHED_DUTY } from './duty-queries.ts'
import { DUTY } from './duty-tables.ts'
import { endDuty } from './end-duty.ts'
import { inGroups } from './in-groups.ts'
import { heirAmong, type OpenDutyDeps } from './open-duty.ts'

type Deps = Pick<OpenDutyDeps, 'clock' | 'staff' | 'alerts' | 'capacity' | 'notify'>

/** What somebody who left had to do goes to the first of those who would hear of it not being done; where nobody of them is there,
 *  whoever looks after the server hears of it. Safe to repeat. */
export async function handOnDuties(tx: Tx, deps: Deps, userId: string): Promise<void> {
  const open = await tx.rows(
    sql`SELECT ${all(DUTY)} FROM ${DUTY} WHERE ${DUTY.userid} = ${userId} AND ${UNFINISHED_DUTY} ORDER BY ${DUTY.id}`,
  )
  const now = deps.clock.now()
  for (const row of open) {
    const duty = toDuty(row)
    const heir = await heirAmong(
      tx,
      deps.staff,
      duty.tell.filter((one) => one !== userId),
    )
    if (heir === undefined) await dropAndTell(tx, deps, duty)
    else {
      // To the heir it is new, and work of their day; how long a held one may take is told by when it was first to be asked for.
      const news = duty.state === 'open' ? { opened_at: now, counted_on: shanghaiText(now).slice(0, 10) } : {}
      await changeDuty(tx, duty.id, { userid: heir, notified_at: null, ...news })
      if (duty.state === 'open') await deps.capacity.confirms(tx, [heir], now)
      await updateFree(tx, DUTY, { duty_key: keyFor(row.duty_key, heir) }, sql`${DUTY.id} = ${duty.id}`)
      await deps.notify(tx, [heir])
    }
  }
}

async function dropAndTell(tx: Tx, { clock, staff, alerts }: Deps, duty: Duty): Promise<void> {
  const now = clock.now()
  await endDuty(tx, duty.id, { state: 'dropped', outcome: '负责的人已离职，没有写交给谁', atMs: now })
  const name = (await staff.queries.nameOf(tx, duty.userId)) ?? duty.userId
  await alerts.raise(tx, {
    key: `duty.left:${duty.id}`,
    text: `${name}已离职，「${duty.title}」没有人做${inGroups(duty)}`,
    todo: `${shanghaiText(duty.dueAtMs)} 前请人接手；在规则「${duty.name}」里换人，写上 tell，下次就交给里面的第一位`,
    lapseAtMs: Math.max(duty.dueAtMs, now + DAY_MS),
  })
}
