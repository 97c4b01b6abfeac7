import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { Staff } from '../../records/staff/staff.ts'
import { DEFAULT_PRIORITY } from '../../rules/book/priority.ts'
import { nextMorning } from '../../rules/book/quiet-until.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { dutyQueries } from './duties/duty-queries.ts'
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
  /** About whom: what is to be done for one customer is one piece of work. Without a customer a key of its own stands here. */
  externalUserId: string
  /** What this customer is expected to bring, in fen. */
  valueFen?: number | undefined
  /** Has been carried over since then, UTC milliseconds. */
  waitsSinceMs?: number | undefined
  priority?: number | undefined
  dueAtMs?: number | undefined
}

/** Who has waited so long comes before whoever is worth more: carried over is not dropped. */
export const LONG_MS = 3 * DAY_MS

/** How many new pieces of work a guide gets a Shanghai day: `tasksPerGuidePerDay` of the policy. To-dos about one customer are one
 *  piece; so is each mass-send that waits for the guide's confirmation. */
export function createCapacity({ clock, rules, alerts, staff }: CapacityDeps) {
  /** Takes at most `count` of what is left of the guide's day; gives how many. By a write that finds room or not: a day that is
   *  full holds nobody up, and of two that hold each other's guides none waits for what it has only read. */
  async function takeSlots(tx: Tx, userId: string, count: number, most: number): Promise<number> {
    const day = shanghaiText(clock.now()).slice(0, 10)
    const isToday = sql`${TASK_DAY.userid} = ${userId} AND ${TASK_DAY.day} = ${day}`
    for (;;) {
      const stands = await tx.row(sql`SELECT ${pick(TASK_DAY, 'opened')} FROM ${TASK_DAY} WHERE ${isToday}`)
      const free = Math.max(0, Math.min(count, most - (stands?.opened ?? 0)))
      if (free === 0) return 0
      if (stands === undefined) await tx.insertIgnore(TASK_DAY, [{ userid: userId, day, opened: 0 }])
      const { opened } = TASK_DAY
      const taken = await tx.run(
        sql`UPDATE ${TASK_DAY} SET ${opened} = ${opened} + ${free} WHERE ${isToday} AND ${opened} <= ${most - free}`,
      )
      if (taken === 1) return free
    }
  }

  /** Customers about whom these guides have something to do already, as `userId externalUserId`. */
  async function atHand(tx: Tx, wanted: readonly Wanted[]): Promise<ReadonlySet<string>> {
    const open = await taskQueries.openAmong(tx, wanted)
    return new Set(open.map(pairOf))
  }

  return {
    /** Those of these for which their guide has room today; from now on they count. First the most important, then who has waited
     *  for days, then whose customer is worth more, then the soonest due. What is about a customer for whom there is something to do
     *  anyhow needs no room of its own. */
    take: async <One extends Wanted>(tx: Tx, wanted: readonly One[]): Promise<Set<One>> => {
      const most = rules.current().policy.tasksPerGuidePerDay
      if (most === undefined) return new Set(wanted)
      const free = new Set<One>()
      const open = await atHand(tx, wanted)
      for (const task of wanted) if (open.has(pairOf(task))) free.add(task)
      const rest = wanted.filter((task) => !free.has(task))
      for (const [userId, tasks] of groupBy(rest, (task) => task.userId)) {
        const visits = [...groupBy([...tasks].sort(byImportance(clock.now())), (task) => task.externalUserId).values()]
        const slots = await takeSlots(tx, userId, visits.length, most)
        for (const task of visits.slice(0, slots).flat()) free.add(task)
      }
      return free
    },

    /** Each of these guides has to confirm a mass-send that is due on the day of `atMs`, UTC: it comes whether or not there is room,
     *  and leaves less for other things. Once for each platform task. */
    confirms: async (tx: Tx, userIds: readonly string[], atMs: number): Promise<void> => {
      const day = shanghaiText(atMs).slice(0, 10)
      // By name, so that two runs with the same guides never wait for each other.
      for (const [userId, own] of groupBy([...userIds].sort(), (one) => one)) {
        await tx.insertIgnore(TASK_DAY, [{ userid: userId, day, opened: 0 }])
        await tx.run(
          sql`UPDATE ${TASK_DAY} SET ${TASK_DAY.opened} = ${TASK_DAY.opened} + ${own.length}
              WHERE ${TASK_DAY.userid} = ${userId} AND ${TASK_DAY.day} = ${day}`,
        )
      }
    },

    /** The Shanghai day in which what is taken now has its place; null: nothing is counted. */
    dayTaken: (): string | null =>
      rules.current().policy.tasksPerGuidePerDay === undefined ? null : shanghaiText(clock.now()).slice(0, 10),

    /** When those without room are looked at again. */
    nextDay: (): number => nextMorning(clock.now(), rules.current().policy.quiet),

    /** Says on the list of alerts what waits for these guides, or that nothing does any more. Safe to repeat. */
    tellOperators: async (tx: Tx, userIds: readonly string[]): Promise<void> => {
      const held = await taskQueries.heldByGuide(tx, userIds)
      const duties = await dutyQueries.heldBy(tx, userIds)
      for (const userId of userIds) {
        const key = `tasks.held:${userId}`
        const count = (held.get(userId) ?? 0) + (duties.get(userId) ?? 0)
        if (count === 0) await alerts.resolve(tx, key)
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

const pairOf = ({ userId, externalUserId }: Pick<Wanted, 'userId' | 'externalUserId'>): string =>
  `${userId} ${externalUserId}`

const byImportance =
  (nowMs: number) =>
  (a: Wanted, b: Wanted): number =>
    (b.priority ?? DEFAULT_PRIORITY) - (a.priority ?? DEFAULT_PRIORITY) ||
    Number(hasWaited(b, nowMs)) - Number(hasWaited(a, nowMs)) ||
    (b.valueFen ?? 0) - (a.valueFen ?? 0) ||
    (a.dueAtMs ?? Number.MAX_SAFE_INTEGER) - (b.dueAtMs ?? Number.MAX_SAFE_INTEGER)

const hasWaited = ({ waitsSinceMs }: Wanted, nowMs: number): boolean =>
  waitsSinceMs !== undefined && nowMs - waitsSinceMs >= LONG_MS
