import type { Db } from '../../../core/db/db.ts'
import { firstDue } from '../../../core/db/first-due.ts'
import { rowsDue } from '../../../core/db/rows-due.ts'
import { all, pick, sql } from '../../../core/db/sql.ts'
import { takeRows } from '../../../core/db/take-rows.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { updateFree } from '../../../core/db/update-free.ts'
import { describeError } from '../../../core/kernel/app-error.ts'
import type { Logger } from '../../../core/kernel/logger.ts'
import { SECOND_MS } from '../../../core/kernel/shanghai.ts'
import type { Job } from '../../../engine/jobs/job.ts'
import type { Group } from '../../../records/groups/group-queries.ts'
import type { DutyPlan } from '../../../rules/book/duty-plan.ts'
import type { RuleBookHolder } from '../../../rules/book/rule-book.ts'
import { takeDue } from '../../mass-send/schedule.ts'
import { bringBack } from './bring-back.ts'
import { keyFor } from './duty-key.ts'
import { changeDuty, type Duty, dutyQueries, toDuty } from './duty-queries.ts'
import { DUTY, DUTY_SCHEDULE } from './duty-tables.ts'
import { dropUnwanted, endDuty } from './end-duty.ts'
import { handOnDuties } from './hand-on-duties.ts'
import { moveDuties } from './move-duties.ts'
import { type OpenDutyDeps, openDuty } from './open-duty.ts'
import { releaseDuties } from './release-duties.ts'
import { tellLate, tellRefused } from './tell-of-duty.ts'

export interface DutiesDeps extends OpenDutyDeps {
  db: Db
  log: Logger
  rules: Pick<RuleBookHolder, 'current'>
}

const BATCH = 50

/** What calendars and group SOPs ask of staff (to-dos without a customer): asked for in time, carried over to the next day where
 *  the day is full, moved where the calendar is, told to others when it was not done. */
export function createDuties(deps: DutiesDeps) {
  const { db, clock, log, rules } = deps
  const unreadable = (plan: DutyPlan, error: unknown): void =>
    log.warn({ duty: plan.name, file: plan.file, err: describeError(error) }, 'time of a duty cannot be read')

  const plan = (): Promise<void> =>
    db.tx(async (tx) => {
      const current = rules.current().duties
      const plans = [...current.values()]
      const wanted = plans.filter(({ value }) => value.enabled !== false).map(({ name }) => name)
      await dropUnwanted(tx, deps, new Set(wanted))
      // Read once for all that is due.
      let read: Promise<Group[]> | undefined
      const groups = (): Promise<Group[]> => {
        read ??= deps.groups.queries.all(tx)
        return read
      }
      await bringBack(tx, deps, current, groups)
      await moveDuties(tx, deps, current)
      for (const { send, scheduledAtMs, missed } of await takeDue(tx, plans, clock.now(), unreadable, DUTY_SCHEDULE)) {
        const occasion = send.occasions.nextAfter(scheduledAtMs - 1)
        if (occasion?.atMs !== scheduledAtMs) continue
        if (!missed) await openDuty(tx, deps, send, { occasion, groups })
        else log.warn({ duty: send.name, scheduledAtMs }, 'nobody was asked: the server did not run at that time')
      }
    })

  const end = (tx: Tx, id: number, state: 'done' | 'dropped', outcome: string | null): Promise<number> =>
    endDuty(tx, id, { state, outcome, atMs: clock.now() })

  async function escalate(tx: Tx, duty: Duty): Promise<void> {
    await changeDuty(tx, duty.id, { wake_at: null })
    await tellLate(tx, deps, duty)
  }

  /** Held ones are asked for; open ones that are late are told. */
  async function step(tx: Tx): Promise<boolean> {
    const rows = await takeRows(tx, {
      table: DUTY,
      columns: all(DUTY),
      where: sql`${DUTY.wake_at} <= ${clock.now()}`,
      orderBy: sql`${DUTY.wake_at}, ${DUTY.id}`,
      limit: BATCH,
      claim: null,
    })
    if (rows.length === 0) return false
    const due = rows.map(toDuty)
    for (const duty of due) if (duty.state === 'open') await escalate(tx, duty)
    await releaseDuties(
      tx,
      deps,
      due.filter(({ state }) => state === 'held'),
    )
    return rows.length === BATCH
  }

  const jobs: Job[] = [
    { name: 'duties.plan', everyMs: 30 * SECOND_MS, dueAt: (tx) => firstDue(tx, DUTY_SCHEDULE.next_at), run: plan },
    {
      name: 'duties.wake',
      everyMs: 30 * SECOND_MS,
      dueAt: rowsDue(DUTY.wake_at),
      run: async () => {
        while (await db.tx(step)) {
          // Until none is due.
        }
      },
    },
  ]

  return {
    jobs,
    queries: dutyQueries,
    /** Ends somebody's own; false when it is not theirs or has ended. `note`: one Chinese line. */
    closeOwn: async (
      tx: Tx,
      {
        id,
        userId,
        outcome,
        note,
      }: { id: number; userId: string; outcome: 'done' | 'dropped'; note?: string | undefined },
    ): Promise<boolean> => {
      const duty = await dutyQueries.byId(tx, id)
      if (duty?.userId !== userId || (await end(tx, id, outcome, note ?? null)) === 0) return false
      // Somebody else has to see to it, while there is time.
      if (outcome === 'dropped') await tellRefused(tx, deps, duty, note ?? '')
      return true
    },
    /** What somebody who left had to do is told at once to those who would hear of it later. Safe to repeat. */
    guideLeft: (tx: Tx, userId: string): Promise<void> => handOnDuties(tx, deps, userId),
    guideRenamed: async (tx: Tx, oldUserId: string, newUserId: string): Promise<number> => {
      const own = await tx.rows(
        sql`SELECT ${pick(DUTY, 'id', 'duty_key')} FROM ${DUTY} WHERE ${DUTY.userid} = ${oldUserId}`,
      )
      for (const { id, duty_key: key } of own.filter((one) => one.duty_key.endsWith(`:${oldUserId}`)))
        await updateFree(tx, DUTY, { duty_key: keyFor(key, newUserId) }, sql`${DUTY.id} = ${id}`)
      return tx.run(sql`UPDATE ${DUTY} SET ${DUTY.userid} = ${newUserId} WHERE ${DUTY.userid} = ${oldUserId}`)
    },
  }
}

export type Duties = ReturnType<typeof createDuties>
