import type { Tx } from '../db/tx.ts'
import { DAY_MS, shanghaiDaysBetween, startOfShanghaiDay } from '../kernel/shanghai.ts'
import type { Fact, FactValue } from '../rules/fact.ts'

const CHUNK = 1_000

async function load<Row extends { id: string }>(
  tx: Tx,
  ids: string[],
  sql: (marks: string) => string,
  value: (row: Row) => FactValue,
  missing?: FactValue,
): Promise<Map<string, FactValue>> {
  const values = new Map<string, FactValue>(missing === undefined ? [] : ids.map((id) => [id, missing]))
  for (let at = 0; at < ids.length; at += CHUNK) {
    const part = ids.slice(at, at + CHUNK)
    const marks = part.map(() => '?').join(', ')
    for (const row of await tx.rows<Row>(sql(marks), part)) values.set(row.id, value(row))
  }
  return values
}

/** The latest active follow: who speaks for the brand. */
const OWNER = (column: string): string =>
  `(SELECT f.${column} FROM follow f WHERE f.external_userid = c.external_userid AND f.active = 1
    ORDER BY f.added_at DESC, f.id DESC LIMIT 1)`

const ownerRows = (column: string) => (marks: string) =>
  `SELECT external_userid AS id, ${column} AS v FROM follow WHERE active = 1 AND external_userid IN (${marks})
   ORDER BY added_at, id`

const SHANGHAI_MS = 8 * 3_600_000
/** Exact in both databases, one of which has no integer division. */
const dayStart = (column: string): string =>
  `((${column} + ${SHANGHAI_MS}) - ((${column} + ${SHANGHAI_MS}) % ${DAY_MS}) - ${SHANGHAI_MS})`

/** Shanghai calendar days between an instant in SQL and now. */
export const daysSinceSql = (instantSql: string, nowMs: number): string =>
  `((${startOfShanghaiDay(nowMs)} - ${dayStart(instantSql)}) / ${DAY_MS})`

export const customerFacts: Fact[] = [
  {
    path: 'channel',
    type: 'text',
    zh: '来源渠道',
    load: (tx, ids) =>
      load<{ id: string; v: string | null }>(
        tx,
        ids,
        (marks) => `SELECT external_userid AS id, first_channel AS v FROM customer WHERE external_userid IN (${marks})`,
        (row) => row.v ?? undefined,
      ),
    sql: () => ({
      text: '(SELECT k.first_channel FROM customer k WHERE k.external_userid = c.external_userid)',
      params: [],
    }),
  },
  {
    path: 'addWay',
    type: 'number',
    zh: '添加方式（企业微信编号）',
    load: (tx, ids) =>
      load<{ id: string; v: number | null }>(tx, ids, ownerRows('add_way'), (row) => row.v ?? undefined),
    sql: () => ({ text: OWNER('add_way'), params: [] }),
  },
  {
    path: 'follow.active',
    type: 'flag',
    zh: '是否仍是好友',
    load: (tx, ids) => load<{ id: string }>(tx, ids, ownerRows('userid'), () => true, false),
    sql: () => ({
      text: `(CASE WHEN EXISTS (SELECT 1 FROM follow f WHERE f.external_userid = c.external_userid AND f.active = 1)
              THEN 1 ELSE 0 END)`,
      params: [],
    }),
  },
  {
    path: 'follow.days',
    type: 'number',
    zh: '成为好友的天数',
    load: (tx, ids, nowMs) =>
      load<{ id: string; v: number | null }>(
        tx,
        ids,
        (marks) =>
          `SELECT external_userid AS id, MIN(added_at) AS v FROM follow
           WHERE active = 1 AND external_userid IN (${marks}) GROUP BY external_userid`,
        (row) => (row.v === null ? undefined : shanghaiDaysBetween(row.v, nowMs)),
      ),
    sql: (nowMs) => ({
      text: daysSinceSql(
        '(SELECT MIN(f.added_at) FROM follow f WHERE f.external_userid = c.external_userid AND f.active = 1)',
        nowMs,
      ),
      params: [],
    }),
  },
  {
    path: 'follow.guide',
    type: 'text',
    zh: '跟进导购（userid）',
    load: (tx, ids) => load<{ id: string; v: string }>(tx, ids, ownerRows('userid'), (row) => row.v),
    sql: () => ({ text: OWNER('userid'), params: [] }),
  },
]
