import Type from 'typebox'
import type { Db } from '../../core/db/db.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { defineAction, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { noticeText } from './notice-text.ts'
import { GUIDE_TASK, TASK_NOTICE } from './task-tables.ts'

/** Tells a guide in WeCom about new to-dos: at most one message per guide and minute, with all that are new by then. */
export const NotifyGuide = defineAction('task.notify', 'event', Type.Object({ userId: Type.String() }))

export interface NotifyGuideDeps {
  db: Db
  clock: Clock
  outbox: Outbox
  wecom: { messages: Pick<Wecom['messages'], 'send'> }
  customers: { queries: { namesOf(tx: Tx, externalUserIds: string[]): Promise<Map<string, string>> } }
}

/** Older than this it is no news. */
const NEWS_FOR_MS = DAY_MS
const WORTH_SENDING_FOR_MS = 6 * HOUR_MS
const MOST = 50

export function createNotifyGuide({ db, clock, outbox, wecom, customers }: NotifyGuideDeps) {
  const newTasks = (tx: Tx, userId: string) =>
    tx.rows(
      sql`SELECT ${pick(GUIDE_TASK, 'id', 'external_userid', 'title', 'due_at', 'opened_at')} FROM ${GUIDE_TASK}
          WHERE ${GUIDE_TASK.userid} = ${userId} AND ${GUIDE_TASK.state} = 'open' AND ${GUIDE_TASK.notified_at} IS NULL
            AND ${GUIDE_TASK.opened_at} > ${clock.now() - NEWS_FOR_MS} ORDER BY ${GUIDE_TASK.id} LIMIT ${MOST}`,
    )

  return {
    /** Makes sure that a message to each of these guides goes out soon, or rides with the one that is about to go. */
    schedule: async (tx: Tx, userIds: readonly string[]): Promise<void> => {
      if (userIds.length === 0) return
      const now = clock.now()
      const held = await tx.rows(
        sql`SELECT ${pick(TASK_NOTICE, 'userid', 'next_at')} FROM ${TASK_NOTICE}
            WHERE ${TASK_NOTICE.userid} IN ${list(userIds)}`,
      )
      const nextOf = new Map(held.map((row) => [row.userid, row.next_at]))
      const due = userIds.flatMap((userId) => {
        const nextAtMs = nextOf.get(userId)
        if (nextAtMs === undefined) return [{ userId, dueAtMs: now }]
        return nextAtMs > now ? [] : [{ userId, dueAtMs: Math.max(now, nextAtMs + MINUTE_MS) }]
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
    },

    executor: execute(NotifyGuide, {
      perform: async ({ payload: { userId } }) => {
        const { tasks, names } = await db.tx(async (tx) => {
          const found = await newTasks(tx, userId)
          return {
            tasks: found,
            names: await customers.queries.namesOf(
              tx,
              found.map((task) => task.external_userid),
            ),
          }
        })
        if (tasks.length === 0) return { taskIds: [] }
        const lines = tasks.map((task) => ({
          name: names.get(task.external_userid),
          title: task.title,
          dueAtMs: task.due_at ?? undefined,
          openedAtMs: task.opened_at,
        }))
        await wecom.messages.send({
          touser: userId,
          msgtype: 'markdown',
          markdown: { content: noticeText(lines) },
          enable_duplicate_check: 1,
          duplicate_check_interval: 1_800,
        })
        return { taskIds: tasks.map((task) => task.id) }
      },
      record: async (tx, _action, { taskIds }) => {
        if (taskIds.length === 0) return
        const told = set(GUIDE_TASK, { notified_at: clock.now() })
        await tx.run(sql`UPDATE ${GUIDE_TASK} SET ${told} WHERE ${GUIDE_TASK.id} IN ${list(taskIds)}`)
      },
    }),
  }
}
