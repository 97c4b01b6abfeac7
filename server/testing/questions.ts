import type { Db } from '../core/db/db.ts'
import type { RowOf } from '../core/db/define-table.ts'
import { all, type Sql, sql } from '../core/db/sql.ts'
import type { SqlValue } from '../core/db/tx.ts'
import type { Reason } from '../core/kernel/reason.ts'
import { INBOUND_EVENT } from '../engine/inbox/event-tables.ts'
import { GUIDE_TASK } from '../operations/tasks/task-tables.ts'
import { TIMELINE } from '../records/timeline/timeline-tables.ts'

/** What tests ask about what has happened, so that they say what they mean and know no columns. `kind` may end in `%`. */
export function questionsTo(db: Db) {
  const notes = (externalUserId: string, kind: string): Promise<RowOf<typeof TIMELINE>[]> =>
    db.tx((tx) =>
      tx.rows(
        sql`SELECT ${all(TIMELINE)} FROM ${TIMELINE}
            WHERE ${TIMELINE.external_userid} = ${externalUserId} AND ${TIMELINE.kind} LIKE ${kind}
            ORDER BY ${TIMELINE.at}, ${TIMELINE.id}`,
      ),
    )
  const tasks = (where: Sql): Promise<RowOf<typeof GUIDE_TASK>[]> =>
    db.tx((tx) => tx.rows(sql`SELECT ${all(GUIDE_TASK)} FROM ${GUIDE_TASK} WHERE ${where} ORDER BY ${GUIDE_TASK.id}`))

  return {
    /** The only way for a test to write SQL of its own: for what no question is worth a name. */
    rawRows: <T extends object>(text: string, params: SqlValue[] = []): Promise<T[]> =>
      // In its turn: SQLite's one connection may be in the middle of somebody's transaction.
      db.statement(async () => (await db.source.query(text, params)) as T[]),
    /** Lines of a customer's timeline in the order in which people see them. */
    timelineOf: async (externalUserId: string, kind = '%'): Promise<string[]> =>
      (await notes(externalUserId, kind)).map((note) => note.body),
    /** Why the first such line is there. */
    whyOf: async (externalUserId: string, kind = '%'): Promise<Reason | undefined> => {
      const [note] = await notes(externalUserId, kind)
      return note?.reason == null ? undefined : (JSON.parse(note.reason) as Reason)
    },
    /** Of one guide, in any state, as they were opened. */
    tasksOf: (userId: string) => tasks(sql`${GUIDE_TASK.userid} = ${userId}`),
    /** About one customer, in any state, as they were opened. */
    tasksAbout: (externalUserId: string) => tasks(sql`${GUIDE_TASK.external_userid} = ${externalUserId}`),
    openTasks: () => tasks(sql`${GUIDE_TASK.state} = 'open'`),
    /** What events of a kind told, as they came in. */
    eventsOf: async <Payload = Record<string, unknown>>(kind: string): Promise<Payload[]> => {
      const events = await db.tx((tx) =>
        tx.rows(
          sql`SELECT ${all(INBOUND_EVENT)} FROM ${INBOUND_EVENT}
              WHERE ${INBOUND_EVENT.kind} LIKE ${kind} ORDER BY ${INBOUND_EVENT.id}`,
        ),
      )
      return events.map((event) => JSON.parse(event.payload) as Payload)
    },
  }
}
