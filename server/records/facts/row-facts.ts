import { eachChunk } from '../../core/db/each-chunk.ts'
import { Expression, list, maybeNumber, raw, type Sql, select, sql, words } from '../../core/db/sql.ts'
import type { SqlValue } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Fact, FactType, FactValue, Narrowing, NarrowKey } from '../../rules/condition/fact.ts'

/** Rows that each belong to one customer. */
export interface CustomerRows {
  /** Tables with their alias: `shop_order o`. */
  from: string
  /** The column with the external_userid: `o.external_userid`. */
  customer: string
  /** Which of the rows; its `?` marks stand for `params`. */
  where?: string | ((nowMs: number) => string)
  params?: readonly SqlValue[]
}

type Head<Type extends FactType = FactType> = Pick<Fact, 'path' | 'zh' | 'names' | 'oneOf'> & { type: Type }

/** A fact that rules may narrow; `make` gives it narrowed, and without a narrowing as it stands. */
export function narrowableFact(narrow: readonly NarrowKey[], make: (narrowing: Narrowing) => Fact): Fact {
  return { ...make({}), narrow, narrowed: make }
}

const and = ({ where }: CustomerRows, nowMs: number): string =>
  where === undefined ? '' : `AND ${typeof where === 'string' ? where : where(nowMs)}`

/** Condition on the rows of these customers. */
const areOf = (rows: CustomerRows, ids: string[], nowMs: number): Sql =>
  sql`${raw(rows.customer)} IN ${list(ids)} ${raw(and(rows, nowMs), rows.params)}`

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
      const value = select({ id: words(raw(rows.customer)), v: maybeNumber(raw(of(nowMs))) })
      const found = await eachChunk(ids, (part) =>
        tx.rows(
          sql`SELECT ${value} FROM ${raw(rows.from)} WHERE ${areOf(rows, part, nowMs)} GROUP BY ${raw(rows.customer)}`,
        ),
      )
      for (const { id, v } of found) if (v !== null) values.set(id, type === 'flag' ? v === 1 : v)
      return values
    },
    sql: (nowMs) => ({
      text: `(SELECT ${of(nowMs)} FROM ${rows.from} WHERE ${rows.customer} = c.external_userid ${and(rows, nowMs)})`,
      params: [...(rows.params ?? [])],
    }),
  }
}

/** A column of each customer's last row by these columns. */
export function lastFact(rows: CustomerRows, fact: Head & { column: string; by: string[] }): Fact {
  const { column, by, ...shape } = fact
  return {
    ...shape,
    load: async (tx, ids, nowMs) => {
      const v = new Expression<number | string | null>(raw(column), shape.type !== 'text')
      const value = select({ id: words(raw(rows.customer)), v })
      const found = await eachChunk(ids, (part) =>
        tx.rows(
          sql`SELECT ${value} FROM ${raw(rows.from)} WHERE ${areOf(rows, part, nowMs)} ORDER BY ${raw(by.join(', '))}`,
        ),
      )
      // Later rows replace earlier ones.
      return new Map(found.map((row) => [row.id, row.v ?? undefined]))
    },
    sql: (nowMs) => ({
      text: `(SELECT ${column} FROM ${rows.from} WHERE ${rows.customer} = c.external_userid ${and(rows, nowMs)}
        ORDER BY ${by.map((one) => `${one} DESC`).join(', ')} LIMIT 1)`,
      params: [...(rows.params ?? [])],
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
  const { member, ...shape } = fact
  return {
    ...shape,
    type: 'set',
    load: async (tx, ids, nowMs) => {
      const value = select({ id: words(raw(rows.customer)), one: words(raw(member)) })
      const found = await eachChunk(ids, (part) =>
        tx.rows(
          sql`SELECT DISTINCT ${value} FROM ${raw(rows.from)}
              WHERE ${areOf(rows, part, nowMs)} AND ${raw(member)} IS NOT NULL ORDER BY ${raw(member)}`,
        ),
      )
      return new Map([...groupBy(found, (row) => row.id)].map(([id, own]) => [id, own.map((row) => row.one)]))
    },
    // To MySQL 'VIP ' and 'VIP' are the same; their lengths are not.
    sql: (nowMs) => ({
      text: `EXISTS (SELECT 1 FROM ${rows.from} WHERE ${rows.customer} = c.external_userid ${and(rows, nowMs)}
        AND ${member} = :member AND LENGTH(${member}) = LENGTH(:member))`,
      params: [...(rows.params ?? [])],
    }),
  }
}
