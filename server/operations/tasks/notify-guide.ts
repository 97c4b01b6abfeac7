import Type from 'typebox'
import type { Db } from '../../core/db/db.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { durationMs } from '../../core/kernel/duration-ms.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { defineAction, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { quietUntil } from '../../rules/book/quiet-until.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { dutyQueries } from './duties/duty-queries.ts'
import { noticeAt, URGENT_MS } from './notice-at.ts'
import { noticeText } from './notice-text.ts'
import { GUIDE_TASK, TASK_NOTICE } from './task-tables.ts'

/** Tells a guide in WeCom about new to-dos: one message with all that are new by then, as seldom as the policy wants it. */
export const NotifyGuide = defineAction('task.notify', 'event', Type.Object({ userId: Type.String() }))

export interface NotifyGuideDeps {
  db: Db
  clock: Clock
  outbox: Outbox
  rules: Pick<RuleBookHolder, 'current'>
  wecom: { messages: Pick<Wecom['messages'], 'send'> }
  customers: { queries: { namesOf(tx: Tx, externalUserIds: string[]): Promise<Map<string, string>> } }
}

/** Older than this it is no news. */
const NEWS_FOR_MS = DAY_MS
const WORTH_SENDING_FOR_MS = 6 * HOUR_MS
const MOST = 50
/** Urgent no more so long after it was to be done. */
const URGENT_STILL_MS = HOUR_MS

export function createNotifyGuide({ db, clock, outbox, rules, wecom, customers }: NotifyGuideDeps) {
  const newTasks = (tx: Tx, userId: string) =>
    tx.rows(
      sql`SELECT ${pick(GUIDE_TASK, 'id', 'external_userid', 'title', 'due_at', 'opened_at')} FROM ${GUIDE_TASK}
          WHERE ${GUIDE_TASK.userid} = ${userId} AND ${GUIDE_TASK.state} = 'open' AND ${GUIDE_TASK.notified_at} IS NULL
            AND ${GUIDE_TASK.opened_at} > ${clock.now() - NEWS_FOR_MS} ORDER BY ${GUIDE_TASK.id} LIMIT ${MOST}`,
    )

  /** Those of these guides who have something new that cannot wait. */
  const urgentAmong = async (tx: Tx, userIds: readonly string[]): Promise<Set<string>> => {
    if (userIds.length === 0) return new Set()
    const rows = await tx.rows(
      sql`SELECT DISTINCT ${pick(GUIDE_TASK, 'userid')} FROM ${GUIDE_TASK}
          WHERE ${GUIDE_TASK.userid} IN ${list(userIds)} AND ${GUIDE_TASK.state} = 'open' AND ${GUIDE_TASK.notified_at} IS NULL
            AND ${GUIDE_TASK.due_at} BETWEEN ${GUIDE_TASK.opened_at} AND ${GUIDE_TASK.opened_at} + ${URGENT_MS}
            AND ${GUIDE_TASK.due_at} > ${clock.now() - URGENT_STILL_MS}`,
    )
    // The hour of a duty is its own urgency.
    const duties = await dutyQueries.withUntold(tx, userIds, clock.now() - URGENT_STILL_MS)
    return new Set([...rows.map((row) => row.userid), ...duties])
  }

  async function schedule(tx: Tx, userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return
    const now = clock.now()
    const { quiet, guideNotices } = rules.current().policy
    const apartMs = guideNotices === undefined ? MINUTE_MS : durationMs(guideNotices.apart)
    const held = await tx.rows(
      sql`SELECT ${pick(TASK_NOTICE, 'userid', 'next_at')} FROM ${TASK_NOTICE}
          WHERE ${TASK_NOTICE.userid} IN ${list(userIds)}`,
    )
    const nextOf = new Map(held.map((row) => [row.userid, row.next_at]))
    const at = (userId: string, isUrgent: boolean): number | undefined =>
      noticeAt({ nowMs: now, nextAtMs: nextOf.get(userId), isUrgent, quiet, apartMs })
    // Asked only of those for whom it makes a difference.
    const urgent = await urgentAmong(
      tx,
      userIds.filter((userId) => at(userId, true) !== at(userId, false)),
    )
    const due = userIds.flatMap((userId) => {
      const dueAtMs = at(userId, urgent.has(userId))
      return dueAtMs === undefined ? [] : [{ userId, dueAtMs }]
    })
    if (due.length === 0) return
    await tx.upsert(
      TASK_NOTICE,
      due.map(({ userId, dueAtMs }) => ({ userid: userId, next_at: dueAtMs })),
      ['userid'],
    )
    await outbox.enqueueAll(
      tx,
      NotifyGuide,
      due.map(({ userId, dueAtMs }) => ({
        key: `task.notify:${userId}:${dueAtMs}`,
        payload: { userId },
        reason: { text: '有新的待办' },
        userId,
        dueAtMs,
        expiresAtMs: dueAtMs + WORTH_SENDING_FOR_MS,
      })),
    )
  }

  /** A try that was late, or begun before the hours were written down, may meet them. */
  const mustWait = async (tx: Tx, userId: string): Promise<boolean> =>
    quietUntil(clock.now(), [rules.current().policy.quiet]) !== undefined &&
    !(await urgentAmong(tx, [userId])).has(userId)

  return {
    /** Makes sure that a message to each of these guides goes out in time, or rides with the one that is about to go. */
    schedule,

    executor: execute(NotifyGuide, {
      perform: async ({ payload: { userId } }) => {
        const { isLater, tasks, duties, names } = await db.tx(async (tx) => {
          const isLater = await mustWait(tx, userId)
          const found = isLater ? [] : await newTasks(tx, userId)
          const ids = found.map((task) => task.external_userid)
          const duties = isLater ? [] : await dutyQueries.untoldOf(tx, userId, clock.now() - NEWS_FOR_MS)
          return { isLater, tasks: found, duties, names: await customers.queries.namesOf(tx, ids) }
        })
        if (tasks.length + duties.length === 0) return { taskIds: [], dutyIds: [], isLater }
        const ofGroups = duties.map(({ title, groupNames, dueAtMs, openedAtMs }) => ({
          name: '群务',
          title: groupNames === '' ? title : `${title}（${groupNames}）`,
          dueAtMs,
          openedAtMs,
          isDuty: true as const,
        }))
        const ofCustomers = tasks.map((task) => ({
          name: names.get(task.external_userid),
          title: task.title,
          dueAtMs: task.due_at ?? undefined,
          openedAtMs: task.opened_at,
        }))
        await wecom.messages.send({
          touser: userId,
          msgtype: 'markdown',
          markdown: { content: noticeText([...ofGroups, ...ofCustomers]) },
          enable_duplicate_check: 1,
          duplicate_check_interval: 1_800,
        })
        return {
          taskIds: tasks.map((task) => task.id),
          dutyIds: duties.map((duty) => duty.id),
          isLater: Math.max(tasks.length, duties.length) === MOST,
        }
      },
      record: async (tx, { payload: { userId } }, { taskIds, dutyIds, isLater }) => {
        await dutyQueries.told(tx, dutyIds, clock.now())
        if (taskIds.length > 0) {
          const told = set(GUIDE_TASK, { notified_at: clock.now() })
          await tx.run(sql`UPDATE ${GUIDE_TASK} SET ${told} WHERE ${GUIDE_TASK.id} IN ${list(taskIds)}`)
        }
        if (isLater) await schedule(tx, [userId])
      },
      // The server, or WeCom, was away for hours: what is still news is told.
      abandoned: async (tx, { payload: { userId } }, { state }) => {
        if (state === 'expired') await schedule(tx, [userId])
      },
    }),
  }
}
