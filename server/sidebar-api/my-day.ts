import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { DAY_MS, shanghaiParts, startOfShanghaiDay } from '../core/kernel/shanghai.ts'
import type { sendQueries } from '../operations/mass-send/send-queries.ts'
import type { dutyQueries } from '../operations/tasks/duties/duty-queries.ts'
import type { GuideTask, taskQueries } from '../operations/tasks/task-queries.ts'
import type { customerQueries } from '../records/customers/customer-queries.ts'
import type { ownFriends } from '../records/customers/own-friends.ts'
import type { orderQueries } from '../records/orders/order-queries.ts'
import { type Birthday, birthdayText, daysUntilBirthday } from '../records/profiles/birthday.ts'
import type { MyDay } from './contract.ts'

export interface MyDayDeps {
  clock: Clock
  tasks: {
    queries: Pick<typeof taskQueries, 'openFor' | 'countsFor'>
    duties: { queries: Pick<typeof dutyQueries, 'openFor' | 'countOpen'> }
  }
  customers: {
    queries: Pick<typeof customerQueries, 'friendIdsOf' | 'namesOf'>
    own: Pick<typeof ownFriends, 'lostSince'>
  }
  profiles: { queries: { birthdaysOf(tx: Tx, externalUserIds: string[]): Promise<Map<string, Birthday>> } }
  orders: { queries: Pick<typeof orderQueries, 'paidSums'> }
  massSend: { queries: Pick<typeof sendQueries, 'unfinishedByGuide'> }
}

const TASKS_SHOWN = 30
const LOST_SHOWN = 20
const BIRTHDAY_DAYS = 7

/** What this to-do weighs today: what is late or due weighs most, and of equals the customer who has bought more. `paidFen`: of
 *  the customer. */
export function weightOf(dueAtMs: number | undefined, paidFen: number, nowMs: number): number {
  const today = startOfShanghaiDay(nowMs)
  const days = dueAtMs === undefined ? 7 : Math.floor((dueAtMs - today) / DAY_MS)
  const urgency = dueAtMs !== undefined && dueAtMs < nowMs ? 4 : days <= 0 ? 3 : days <= 2 ? 2 : 1
  // A hundred times the money is worth twice as much: nobody else is forgotten.
  return urgency * (1 + Math.log10(1 + paidFen / 10_000) / 2)
}

/** What waits for a guide over all their customers. */
export function createMyDay({ clock, tasks, customers, profiles, orders, massSend }: MyDayDeps) {
  return async function myDay(tx: Tx, userId: string): Promise<MyDay> {
    const now = clock.now()
    const open = await tasks.queries.openFor(tx, userId)
    const ids = [...new Set(open.map((task) => task.externalUserId))]
    const paid = await orders.queries.paidSums(tx, ids)
    const weigh = (task: GuideTask): number => weightOf(task.dueAtMs, paid.get(task.externalUserId) ?? 0, now)
    const first = [...open].sort((a, b) => weigh(b) - weigh(a) || a.id - b.id).slice(0, TASKS_SHOWN)
    const born = await profiles.queries.birthdaysOf(tx, await customers.queries.friendIdsOf(tx, userId))
    const soon = [...born]
      .map(([externalUserId, birthday]) => ({
        externalUserId,
        date: birthdayText(birthday),
        daysUntil: daysUntilBirthday(birthday, shanghaiParts(now)),
      }))
      .filter(({ daysUntil }) => daysUntil <= BIRTHDAY_DAYS)
      .sort((a, b) => a.daysUntil - b.daysUntil)
    const lost = await customers.own.lostSince(tx, userId, startOfShanghaiDay(now) - DAY_MS, LOST_SHOWN)
    const names = await customers.queries.namesOf(tx, [...ids, ...soon.map((one) => one.externalUserId)])
    const nameOf = (id: string): string | null => names.get(id) ?? null
    const sends = (await massSend.queries.unfinishedByGuide(tx)).find((one) => one.userId === userId)
    return {
      tasks: first.map((task) => ({
        id: String(task.id),
        externalUserId: task.externalUserId,
        name: nameOf(task.externalUserId),
        title: task.title,
        dueAtMs: task.dueAtMs ?? null,
        paidSumFen: paid.get(task.externalUserId) ?? 0,
      })),
      duties: (await tasks.duties.queries.openFor(tx, userId)).map((duty) => ({
        id: String(duty.id),
        title: duty.title,
        groups: duty.groupNames,
        script: duty.script ?? null,
        evidence: duty.evidence ?? null,
        dueAtMs: duty.dueAtMs,
      })),
      dutiesTotal: await tasks.duties.queries.countOpen(tx, userId),
      tasksTotal: (await tasks.queries.countsFor(tx, userId, now)).open,
      birthdays: soon.map((one) => ({ ...one, name: nameOf(one.externalUserId) })),
      lost: lost.map(({ externalUserId, name, remark, atMs, by }) => ({
        externalUserId,
        name: name ?? remark ?? null,
        atMs,
        by: by === 'guide' || by === 'customer' ? by : 'unknown',
      })),
      sends: {
        tasks: sends?.tasks ?? 0,
        sends: sends?.sends ?? 0,
        customers: sends?.customers ?? 0,
        groups: sends?.groups ?? 0,
      },
    }
  }
}
