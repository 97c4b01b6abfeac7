import { eachChunk } from '../../core/db/each-chunk.ts'
import { list, maybeNumber, raw, select, sql, words } from '../../core/db/sql.ts'
import { shanghaiDaysBetween } from '../../core/kernel/shanghai.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { daysSinceSql } from './days-since-sql.ts'
import type { CustomerRows } from './row-facts.ts'

/** Something that customers do themselves: whose rows, and the column that says when. */
export interface LifeSign extends Pick<CustomerRows, 'from' | 'customer'> {
  at: string
  where?: string
}

/** Whole Shanghai days since the customer's own last sign of life of any kind; unknown without any. */
export function silenceFact(signs: readonly LifeSign[]): Fact {
  const and = ({ where }: LifeSign): string => (where === undefined ? '' : `AND ${where}`)
  return {
    path: 'silence.days',
    type: 'number',
    zh: '沉默天数',
    load: async (tx, ids, nowMs) => {
      const latest = new Map<string, number>()
      for (const sign of signs) {
        const customer = raw(sign.customer)
        const last = select({ id: words(customer), atMs: maybeNumber(raw(`MAX(${sign.at})`)) })
        const found = await eachChunk(ids, (part) =>
          tx.rows(
            sql`SELECT ${last} FROM ${raw(sign.from)} WHERE ${customer} IN ${list(part)} ${raw(and(sign))} GROUP BY ${customer}`,
          ),
        )
        for (const { id, atMs } of found) if (atMs !== null) latest.set(id, Math.max(atMs, latest.get(id) ?? atMs))
      }
      return new Map([...latest].map(([id, atMs]) => [id, shanghaiDaysBetween(atMs, nowMs)]))
    },
    sql: (nowMs) => {
      const each = signs.map(
        (sign) =>
          `SELECT MAX(${sign.at}) AS last_at FROM ${sign.from} WHERE ${sign.customer} = c.external_userid ${and(sign)}`,
      )
      return {
        text: daysSinceSql(`(${each.join(' UNION ALL ')} ORDER BY last_at DESC LIMIT 1)`, nowMs),
        params: [],
      }
    },
  }
}
