import { daysSinceSql } from '../customers/customer-facts.ts'
import type { Tx } from '../db/tx.ts'
import { shanghaiDaysBetween } from '../kernel/shanghai.ts'
import type { Fact, FactType, FactValue } from '../rules/fact.ts'

const CHUNK = 1_000

/** One aggregate over the orders of each customer. Numbers without an order are 0, unless there can be no number. */
function aggregate(options: {
  path: string
  type: FactType
  zh: string
  /** Over the columns of shop_order `o`. */
  sql: string
  where?: string
  missing?: FactValue
  /** From the aggregate to the fact, in memory and in SQL alike. */
  value?: (aggregate: number, nowMs: number) => number
  valueSql?: (aggregate: string, nowMs: number) => string
}): Fact {
  const where = options.where === undefined ? '' : `AND ${options.where}`
  const value = options.value ?? ((number) => number)
  const valueSql = options.valueSql ?? ((sql) => sql)
  return {
    path: options.path,
    type: options.type,
    zh: options.zh,
    load: async (tx: Tx, ids, nowMs) => {
      const values = new Map<string, FactValue>(
        options.missing === undefined ? [] : ids.map((id) => [id, options.missing]),
      )
      for (let at = 0; at < ids.length; at += CHUNK) {
        const part = ids.slice(at, at + CHUNK)
        const rows = await tx.rows<{ id: string; v: number | string | null }>(
          `SELECT o.external_userid AS id, ${options.sql} AS v FROM shop_order o
           WHERE o.external_userid IN (${part.map(() => '?').join(', ')}) ${where} GROUP BY o.external_userid`,
          part,
        )
        for (const row of rows) if (row.v !== null) values.set(row.id, value(Number(row.v), nowMs))
      }
      return values
    },
    sql: (nowMs) => ({
      text: valueSql(
        `(SELECT ${options.sql} FROM shop_order o WHERE o.external_userid = c.external_userid ${where})`,
        nowMs,
      ),
      params: [],
    }),
  }
}

const PAID = `o.status = 'paid'`
const daysSince = {
  value: (instantMs: number, nowMs: number): number => shanghaiDaysBetween(instantMs, nowMs),
  valueSql: daysSinceSql,
}

const categories: Fact = {
  path: 'orders.paid.categories',
  type: 'set',
  zh: '买过的品类',
  load: async (tx, ids) => {
    const found = new Map<string, string[]>()
    for (let at = 0; at < ids.length; at += CHUNK) {
      const part = ids.slice(at, at + CHUNK)
      const rows = await tx.rows<{ id: string; category: string }>(
        `SELECT DISTINCT o.external_userid AS id, i.category AS category FROM shop_order o
         JOIN shop_order_item i ON i.shop_order_id = o.id
         WHERE ${PAID} AND i.category IS NOT NULL AND o.external_userid IN (${part.map(() => '?').join(', ')})
         ORDER BY i.category`,
        part,
      )
      for (const row of rows) found.set(row.id, [...(found.get(row.id) ?? []), row.category])
    }
    return found
  },
  sql: () => ({
    text: `EXISTS (SELECT 1 FROM shop_order o JOIN shop_order_item i ON i.shop_order_id = o.id
      WHERE o.external_userid = c.external_userid AND ${PAID} AND i.category = :member)`,
    params: [],
  }),
}

/** Paid means: paid now, neither refunded nor closed. */
export const orderFacts: Fact[] = [
  aggregate({ path: 'orders.created.count', type: 'number', zh: '下单次数', sql: 'COUNT(*)', missing: 0 }),
  aggregate({
    path: 'orders.paid.count',
    type: 'number',
    zh: '已付款订单数',
    sql: 'COUNT(*)',
    where: PAID,
    missing: 0,
  }),
  aggregate({
    path: 'orders.paid.sum',
    type: 'money',
    zh: '累计付款金额',
    sql: 'COALESCE(SUM(o.total_fen), 0)',
    where: PAID,
    missing: 0,
  }),
  aggregate({
    path: 'orders.paid.daysSinceFirst',
    type: 'number',
    zh: '距首次付款天数',
    sql: 'MIN(o.paid_at)',
    where: PAID,
    ...daysSince,
  }),
  aggregate({
    path: 'orders.paid.daysSinceLast',
    type: 'number',
    zh: '距最近付款天数',
    sql: 'MAX(o.paid_at)',
    where: PAID,
    ...daysSince,
  }),
  categories,
  aggregate({
    path: 'orders.refunded.count',
    type: 'number',
    zh: '退款订单数',
    sql: 'COUNT(*)',
    where: `o.status = 'refunded'`,
    missing: 0,
  }),
]
