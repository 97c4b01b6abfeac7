import type { SqlValue, Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'

/** `held`: waits for a day on which its guide has room for it; the guide does not know of it yet. */
export type TaskState = 'open' | 'held' | 'done' | 'dropped'

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

export interface StoredTask {
  id: number
  task_key: string
  external_userid: string
  userid: string
  kind: string
  title: string
  script_id: string | null
  detail: string | null
  due_at: number | null
  state: TaskState
  opened_at: number
  closed_at: number | null
  outcome: string | null
  reason: string
}

export const TASK_COLUMNS =
  'id, task_key, external_userid, userid, kind, title, script_id, detail, due_at, state, opened_at, closed_at, outcome, reason'
/** What is due comes first; tasks without a due time come last. */
export const SOONEST = 'CASE WHEN due_at IS NULL THEN 1 ELSE 0 END, due_at, id'
const SOONEST_FIRST = `ORDER BY ${SOONEST}`
/** Neither done nor dropped. */
export const UNFINISHED = `state IN ('open', 'held')`
const MOST = 200

export const toTask = (row: StoredTask): GuideTask => ({
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

async function all(tx: Tx, where: string, params: SqlValue[]): Promise<GuideTask[]> {
  return (await tx.rows<StoredTask>(`SELECT ${TASK_COLUMNS} FROM guide_task WHERE ${where}`, params)).map(toTask)
}

const many = (tx: Tx, where: string, params: SqlValue[]): Promise<GuideTask[]> =>
  all(tx, `${where} LIMIT ${MOST}`, params)

export const taskQueries = {
  /** A guide's open tasks, soonest due first, at most 200; with `externalUserId` only those about this customer. */
  openFor: (tx: Tx, userId: string, externalUserId?: string): Promise<GuideTask[]> =>
    externalUserId === undefined
      ? many(tx, `userid = ? AND state = 'open' ${SOONEST_FIRST}`, [userId])
      : many(tx, `userid = ? AND state = 'open' AND external_userid = ? ${SOONEST_FIRST}`, [userId, externalUserId]),
  /** Every task of a guide that is neither done nor dropped, held ones too, however many. */
  allUnfinishedFor: (tx: Tx, userId: string): Promise<GuideTask[]> =>
    all(tx, `userid = ? AND ${UNFINISHED} ORDER BY id`, [userId]),
  unfinishedAbout: (tx: Tx, userId: string, externalUserId: string): Promise<GuideTask[]> =>
    all(tx, `userid = ? AND external_userid = ? AND ${UNFINISHED} ORDER BY id`, [userId, externalUserId]),
  /** How much waits for a free day, by guide; none: left out. */
  heldByGuide: async (tx: Tx, userIds: readonly string[]): Promise<Map<string, number>> => {
    if (userIds.length === 0) return new Map()
    const rows = await tx.rows<{ userid: string; n: number }>(
      `SELECT userid, COUNT(*) AS n FROM guide_task
       WHERE state = 'held' AND userid IN (${userIds.map(() => '?').join(', ')}) GROUP BY userid`,
      [...userIds],
    )
    return new Map(rows.map((row) => [row.userid, Number(row.n)]))
  },
  /** All tasks about a customer, of every guide, newest first, at most 200. */
  ofCustomer: (tx: Tx, externalUserId: string): Promise<GuideTask[]> =>
    many(tx, 'external_userid = ? ORDER BY id DESC', [externalUserId]),
  byKeys: async (tx: Tx, keys: readonly string[]): Promise<Map<string, GuideTask>> => {
    if (keys.length === 0) return new Map()
    const tasks = await all(tx, `task_key IN (${keys.map(() => '?').join(', ')})`, [...keys])
    return new Map(tasks.map((task) => [task.key, task]))
  },
  byKey: async (tx: Tx, key: string): Promise<GuideTask | undefined> => (await many(tx, 'task_key = ?', [key]))[0],
  byId: async (tx: Tx, id: number): Promise<GuideTask | undefined> => (await many(tx, 'id = ?', [id]))[0],
  /** Open, and of these overdue at `nowMs`. */
  countsFor: async (tx: Tx, userId: string, nowMs: number): Promise<{ open: number; overdue: number }> => {
    const row = await tx.row<{ open_count: number; overdue_count: number | null }>(
      `SELECT COUNT(*) AS open_count, SUM(CASE WHEN due_at < ? THEN 1 ELSE 0 END) AS overdue_count
       FROM guide_task WHERE userid = ? AND state = 'open'`,
      [nowMs, userId],
    )
    return { open: Number(row?.open_count ?? 0), overdue: Number(row?.overdue_count ?? 0) }
  },
}
