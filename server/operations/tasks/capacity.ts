import { lock, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { Staff } from '../../records/staff/staff.ts'
import { DEFAULT_PRIORITY } from '../../rules/book/priority.ts'
import { nextMorning } from '../../rules/book/quiet-until.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { taskQueries } from './task-queries.ts'
import { TASK_DAY } from './task-tables.ts'

export interface CapacityDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  alerts: Pick<Alerts, 'raise' | 'resolve'>
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
}

interface Wanted {
  userId: string
  priority?: number | undefined
  dueAtMs?: number | undefined
}

/** How many new to-dos a guide gets a Shanghai day: `tasksPerGuidePerDay` of the policy. */
export function createCapacity({ clock, rules, alerts, staff }: CapacityDeps) {
  /** Takes at most `count` of what is left of the guide's day; gives how many. */
  async function takeSlots(tx: Tx, userId: string, count: number, most: number): Promise<number> {
    const day = shanghaiText(clock.now()).slice(0, 10)
    await tx.insertIgnore(TASK_DAY, [{ userid: userId, day, opened: 0 }])
    const isToday = sql`${TASK_DAY.userid} = ${userId} AND ${TASK_DAY.day} = ${day}`
    const held = await tx.row(sql`SELECT ${pick(TASK_DAY, 'opened')} FROM ${TASK_DAY} WHERE ${isToday} ${lock()}`)
    const free = Math.max(0, Math.min(count, most - (held?.opened ?? 0)))
    if (free > 0) {
      await tx.run(sql`UPDATE ${TASK_DAY} SET ${TASK_DAY.opened} = ${TASK_DAY.opened} + ${free} WHERE ${isToday}`)
    }
    return free
  }

  return {
    /** Those of these for which their guide has room today, the most important and then the soonest due first; from now on
     *  they count. */
    take: async <One extends Wanted>(tx: Tx, wanted: readonly One[]): Promise<Set<One>> => {
      const most = rules.current().policy.tasksPerGuidePerDay
      if (most === undefined) return new Set(wanted)
      const free = new Set<One>()
      for (const [userId, tasks] of groupBy(wanted, (task) => task.userId)) {
        const slots = await takeSlots(tx, userId, tasks.length, most)
        for (const task of [...tasks].sort(byImportance).slice(0, slots)) free.add(task)
      }
      return free
    },

    /** When those without room are looked at again. */
    nextDay: (): number => nextMorning(clock.now(), rules.current().policy.quiet),

    /** Says on the list of alerts what waits for these guides, or that nothing does any more. Safe to repeat. */
    tellOperators: async (tx: Tx, userIds: readonly string[]): Promise<void> => {
      const held = await taskQueries.heldByGuide(tx, userIds)
      for (const userId of userIds) {
        const key = `tasks.held:${userId}`
        const count = held.get(userId)
        if (count === undefined) await alerts.resolve(tx, key)
        else
          await alerts.raise(tx, {
            key,
            text: `导购${(await staff.queries.nameOf(tx, userId)) ?? userId}一天的待办满了，还有 ${count} 条排到第二天早上`,
            todo: '不处理也会按优先级陆续派出；长期这样就减少 SOP，或调高 config/policy.yaml 的 tasksPerGuidePerDay',
          })
      }
    },
  }
}
export type Capacity = ReturnType<typeof createCapacity>

const byImportance = (a: Wanted, b: Wanted): number =>
  (b.priority ?? DEFAULT_PRIORITY) - (a.priority ?? DEFAULT_PRIORITY) ||
  (a.dueAtMs ?? Number.MAX_SAFE_INTEGER) - (b.dueAtMs ?? Number.MAX_SAFE_INTEGER)
