import type { SqlValue, Tx } from '../../core/db/tx.ts'
import type { Fact, FactType, FactValue } from '../../rules/condition/fact.ts'

/** Rows that each belong to one customer. */
export interface CustomerRows {
  /** Tables with their alias: `shop_order o`. */
  from: string
  /** The column with the external_userid: `o.external_userid`. */
  customer: string
  /** Which of the rows; without parameters. */
  where?: string | ((nowMs: number) => string)
}

type Head<Type extends FactType = FactType> = Pick<Fact, 'path' | 'zh'> & { type: Type }

const CHUNK = 1_000

const and = ({ where }: CustomerRows, nowMs: number): string =>
  where === undefined ? '' : `AND ${typeof where === 'string' ? where : where(nowMs)}`

/** `sql` with its mark `:ids` filled, for a thousand customers at a time. */
export async function rowsOf<Row extends object>(tx: Tx, ids: string[], sql: string): Promise<Row[]> {
  const rows: Row[] = []
  for (let at = 0; at < ids.length; at += CHUNK) {
    const part: SqlValue[] = ids.slice(at, at + CHUNK)
    rows.push(...(await tx.rows<Row>(sql.replace(':ids', part.map(() => '?').join(', ')), part)))
  }
  return rows
}

/** One aggregate over each customer's rows: `COUNT(*)`. `missing`: what it is without rows, as the aggregate itself says
 *  in SQL. Memory and SQL ask the same expression, so they cannot differ. */
export function aggregateFact(
  rows: CustomerRows,
  fact: Head & { of: string | ((nowMs: number) => string); missing?: FactValue },
): Fact {
  const { path, type, zh, missing } = fact
  const of = (nowMs: number): string => (typeof fact.of === 'string' ? fact.of : fact.of(nowMs))
  return {
    path,
    type,
    zh,
    load: async (tx, ids, nowMs) => {
      const values = new Map<string, FactValue>(missing === undefined ? [] : ids.map((id) => [id, missing]))
      const found = await rowsOf<{ id: string; v: number | string | null }>(
        tx,
        ids,
        `SELECT ${rows.customer} AS id, ${of(nowMs)} AS v FROM ${rows.from}
         WHERE ${rows.customer} IN (:ids) ${and(rows, nowMs)} GROUP BY ${rows.customer}`,
      )
      for (const { id, v } of found) if (v !== null) values.set(id, type === 'flag' ? Number(v) === 1 : Number(v))
      return values
    },
    sql: (nowMs) => ({
      text: `(SELECT ${of(nowMs)} FROM ${rows.from} WHERE ${rows.customer} = c.external_userid ${and(rows, nowMs)})`,
      params: [],
    }),
  }
}

/** A column of each customer's last row by these columns. */
export function lastFact(rows: CustomerRows, fact: Head & { column: string; by: string[] }): Fact {
  const { path, type, zh, column, by } = fact
  return {
    path,
    type,
    zh,
    load: async (tx, ids, nowMs) => {
      const found = await rowsOf<{ id: string; v: number | string | null }>(
        tx,
        ids,
        `SELECT ${rows.customer} AS id, ${column} AS v FROM ${rows.from}
         WHERE ${rows.customer} IN (:ids) ${and(rows, nowMs)} ORDER BY ${by.join(', ')}`,
      )
      // Later rows replace earlier ones.
      return new Map(found.map((row) => [row.id, row.v ?? undefined]))
    },
    sql: (nowMs) => ({
      text: `(SELECT ${column} FROM ${rows.from} WHERE ${rows.customer} = c.external_userid ${and(rows, nowMs)}
        ORDER BY ${by.map((one) => `${one} DESC`).join(', ')} LIMIT 1)`,
      params: [],
    }),
  }
}

/** Are there such rows? */
export function existsFact(rows: CustomerRows, { path, zh }: Omit<Head, 'type'>): Fact {
  return {
    ...aggregateFact(rows, { path, zh, type: 'flag', of: 'CASE WHEN COUNT(*) > 0 THEN 1 ELSE 0 END', missing: false }),
    sql: (nowMs) => ({
      text: `EXISTS (SELECT 1 FROM ${rows.from} WHERE ${rows.customer} = c.external_userid ${and(rows, nowMs)})`,
      params: [],
    }),
  }
}

/** The different values of a column in each customer's rows. */
export function setFact(rows: CustomerRows, fact: Omit<Head, 'type'> & { member: string }): Fact {
  const { path, zh, member } = fact
  return {
    path,
    type: 'set',
    zh,
    load: async (tx, ids, nowMs) => {
      const found = await rowsOf<{ id: string; one: string }>(
        tx,
        ids,
        `SELECT DISTINCT ${rows.customer} AS id, ${member} AS one FROM ${rows.from}
         WHERE ${rows.customer} IN (:ids) AND ${member} IS NOT NULL ${and(rows, nowMs)} ORDER BY ${member}`,
      )
      const values = new Map<string, string[]>()
      for (const { id, one } of found) values.set(id, [...(values.get(id) ?? []), one])
      return values
    },
    // To MySQL 'VIP ' and 'VIP' are the same; their lengths are not.
    sql: (nowMs) => ({
      text: `EXISTS (SELECT 1 FROM ${rows.from} WHERE ${rows.customer} = c.external_userid ${and(rows, nowMs)}
        AND ${member} = :member AND LENGTH(${member}) = LENGTH(:member))`,
      params: [],
    }),
  }
}
