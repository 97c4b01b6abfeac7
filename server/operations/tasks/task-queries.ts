import type { RowOf } from '../../core/db/define-table.ts'
import { all, count, list, number, type Sql, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { GUIDE_TASK, type TaskState } from './task-tables.ts'

/** Something a guide is asked to do for one customer. */
export interface GuideTask {
  id: number
  key: string
  externalUserId: string
  userId: string
  /** `invite`, `should-leave`, `sop` …: what opened it and how the sidebar shows it. */
  kind: string
  /** One Chinese line. */
  title: string
  /** A script that goes with it. */
  scriptId: string | undefined
  /** Of the kind; `invite` and `should-leave`: { pool }. */
  detail: Record<string, unknown>
  dueAtMs: number | undefined
  state: TaskState
  openedAtMs: number
  closedAtMs: number | undefined
  /** How it ended, one Chinese line. */
  outcome: string | undefined
  reason: Reason
}

type TaskRow = RowOf<typeof GUIDE_TASK>

/** What is due comes first; tasks without a due time come last. */
export const SOONEST = sql`CASE WHEN ${GUIDE_TASK.due_at} IS NULL THEN 1 ELSE 0 END, ${GUIDE_TASK.due_at}, ${GUIDE_TASK.id}`
/** Neither done nor dropped. */
export const UNFINISHED = sql`${GUIDE_TASK.state} IN ('open', 'held', 'later', 'orphan')`
export const isUnfinished = ({ state }: Pick<GuideTask, 'state'>): boolean => state !== 'done' && state !== 'dropped'
const MOST = 200

const toTask = (row: TaskRow): GuideTask => ({
  id: row.id,
  key: row.task_key,
  externalUserId: row.external_userid,
  userId: row.userid,
  kind: row.kind,
  title: row.title,
  scriptId: row.script_id ?? undefined,
  detail: JSON.parse(row.detail ?? '{}') as Record<string, unknown>,
  dueAtMs: row.due_at ?? undefined,
  state: row.state,
  openedAtMs: row.opened_at,
  closedAtMs: row.closed_at ?? undefined,
  outcome: row.outcome ?? undefined,
  reason: JSON.parse(row.reason) as Reason,
})

/** `where`: with its ORDER BY. */
async function tasksWhere(tx: Tx, where: Sql): Promise<GuideTask[]> {
  return (await tx.rows(sql`SELECT ${all(GUIDE_TASK)} FROM ${GUIDE_TASK} WHERE ${where}`)).map(toTask)
}

const many = (tx: Tx, where: Sql): Promise<GuideTask[]> => tasksWhere(tx, sql`${where} LIMIT ${MOST}`)

const of = (userId: string): Sql => sql`${GUIDE_TASK.userid} = ${userId}`
const about = (externalUserId: string): Sql => sql`${GUIDE_TASK.external_userid} = ${externalUserId}`
const IS_OPEN = sql`${GUIDE_TASK.state} = 'open'`

/** Is it done by sending something: a script, or the code of a group? */
export const asksForMessage = (task: Pick<GuideTask, 'scriptId' | 'kind'>): boolean =>
  task.scriptId !== undefined || task.kind === 'invite'

/** Writes what is new about a task. */
export const changeTask = (tx: Tx, taskId: number, changes: Partial<TaskRow>): Promise<number> =>
  tx.run(sql`UPDATE ${GUIDE_TASK} SET ${set(GUIDE_TASK, changes)} WHERE ${GUIDE_TASK.id} = ${taskId}`)

/** The same for a task that is opened again at `opened_at`: its guide has as long for it as the first time. */
export const startAnew = (
  tx: Tx,
  task: Pick<GuideTask, 'id' | 'openedAtMs'>,
  changes: Partial<TaskRow> & Pick<TaskRow, 'opened_at'>,
): Promise<number> =>
  tx.run(
    sql`UPDATE ${GUIDE_TASK}
        SET ${set(GUIDE_TASK, changes)}, ${GUIDE_TASK.due_at} = ${GUIDE_TASK.due_at} + ${changes.opened_at - task.openedAtMs}
        WHERE ${GUIDE_TASK.id} = ${task.id}`,
  )

export const taskQueries = {
  /** A guide's open tasks, soonest due first, at most 200; with `externalUserId` only those about this customer. */
  openFor: (tx: Tx, userId: string, externalUserId?: string): Promise<GuideTask[]> =>
    externalUserId === undefined
      ? many(tx, sql`${of(userId)} AND ${IS_OPEN} ORDER BY ${SOONEST}`)
      : many(tx, sql`${of(userId)} AND ${IS_OPEN} AND ${about(externalUserId)} ORDER BY ${SOONEST}`),
  /** Open tasks about a customer, of every guide, soonest due first, at most 200. */
  openAbout: (tx: Tx, externalUserId: string): Promise<GuideTask[]> =>
    many(tx, sql`${about(externalUserId)} AND ${IS_OPEN} ORDER BY ${SOONEST}`),
  /** Every task of a guide that is neither done nor dropped, held ones too, however many. */
  allUnfinishedFor: (tx: Tx, userId: string): Promise<GuideTask[]> =>
    tasksWhere(tx, sql`${of(userId)} AND ${UNFINISHED} ORDER BY ${GUIDE_TASK.id}`),
  /** Which of these pairs have something open. */
  openAmong: async (
    tx: Tx,
    pairs: readonly Pick<GuideTask, 'userId' | 'externalUserId'>[],
  ): Promise<Pick<GuideTask, 'userId' | 'externalUserId'>[]> => {
    if (pairs.length === 0) return []
    const userIds = [...new Set(pairs.map(({ userId }) => userId))]
    const ids = [...new Set(pairs.map(({ externalUserId }) => externalUserId))]
    return tx.rows(
      sql`SELECT DISTINCT ${select({ userId: GUIDE_TASK.userid, externalUserId: GUIDE_TASK.external_userid })}
          FROM ${GUIDE_TASK} WHERE ${IS_OPEN} AND ${GUIDE_TASK.external_userid} IN ${list(ids)}
            AND ${GUIDE_TASK.userid} IN ${list(userIds)}`,
    )
  },
  unfinishedAbout: (tx: Tx, userId: string, externalUserId: string): Promise<GuideTask[]> =>
    tasksWhere(tx, sql`${of(userId)} AND ${about(externalUserId)} AND ${UNFINISHED} ORDER BY ${GUIDE_TASK.id}`),
  /** Of every guide. */
  unfinishedOf: (tx: Tx, externalUserId: string): Promise<GuideTask[]> =>
    tasksWhere(tx, sql`${about(externalUserId)} AND ${UNFINISHED} ORDER BY ${GUIDE_TASK.id}`),
  /** How much waits for a free day, by guide; none: left out. */
  heldByGuide: async (tx: Tx, userIds: readonly string[]): Promise<Map<string, number>> => {
    if (userIds.length === 0) return new Map()
    const rows = await tx.rows(
      sql`SELECT ${select({ userId: GUIDE_TASK.userid, held: count() })} FROM ${GUIDE_TASK}
          WHERE ${GUIDE_TASK.state} = 'held' AND ${GUIDE_TASK.userid} IN ${list(userIds)} GROUP BY ${GUIDE_TASK.userid}`,
    )
    return new Map(rows.map((row) => [row.userId, row.held]))
  },
  /** All tasks about a customer, of every guide, newest first, at most 200. */
  ofCustomer: (tx: Tx, externalUserId: string): Promise<GuideTask[]> =>
    many(tx, sql`${about(externalUserId)} ORDER BY ${GUIDE_TASK.id} DESC`),
  byKeys: async (tx: Tx, keys: readonly string[]): Promise<Map<string, GuideTask>> => {
    if (keys.length === 0) return new Map()
    const tasks = await tasksWhere(tx, sql`${GUIDE_TASK.task_key} IN ${list(keys)}`)
    return new Map(tasks.map((task) => [task.key, task]))
  },
  byKey: async (tx: Tx, key: string): Promise<GuideTask | undefined> =>
    (await many(tx, sql`${GUIDE_TASK.task_key} = ${key}`))[0],
  byId: async (tx: Tx, id: number): Promise<GuideTask | undefined> =>
    (await many(tx, sql`${GUIDE_TASK.id} = ${id}`))[0],
  /** Open, and of these overdue at `nowMs`. */
  countsFor: async (tx: Tx, userId: string, nowMs: number): Promise<{ open: number; overdue: number }> => {
    const overdue = number(sql`COALESCE(SUM(CASE WHEN ${GUIDE_TASK.due_at} < ${nowMs} THEN 1 ELSE 0 END), 0)`)
    const row = await tx.row(
      sql`SELECT ${select({ open: count(), overdue })} FROM ${GUIDE_TASK} WHERE ${of(userId)} AND ${IS_OPEN}`,
    )
    return row ?? { open: 0, overdue: 0 }
  },
}
