import { shanghaiDaysBetween } from '../../core/kernel/shanghai.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { daysSinceSql } from './days-since-sql.ts'
import { type CustomerRows, rowsOf } from './row-facts.ts'

/** Something that customers do themselves: whose rows, and the column that says when. */
export interface LifeSign extends Pick<CustomerRows, 'from' | 'customer'> {
  at: string
  where?: string
}

/** Whole Shanghai days since the customer's own last sign of life of any kind; unknown without any. */
export function silenceFact(signs: readonly LifeSign[]): Fact {
  const last = (sign: LifeSign, columns: string, ids: string): string =>
    `SELECT ${columns} FROM ${sign.from} WHERE ${sign.customer} ${ids}${sign.where === undefined ? '' : ` AND ${sign.where}`}`
  return {
    path: 'silence.days',
    type: 'number',
    zh: '沉默天数',
    load: async (tx, ids, nowMs) => {
      const latest = new Map<string, number>()
      for (const sign of signs) {
        const sql = `${last(sign, `${sign.customer} AS id, MAX(${sign.at}) AS last_at`, 'IN (:ids)')} GROUP BY ${sign.customer}`
        for (const row of await rowsOf<{ id: string; last_at: number | null }>(tx, ids, sql)) {
          if (row.last_at !== null) latest.set(row.id, Math.max(row.last_at, latest.get(row.id) ?? row.last_at))
        }
      }
      return new Map([...latest].map(([id, atMs]) => [id, shanghaiDaysBetween(atMs, nowMs)]))
    },
    sql: (nowMs) => {
      const each = signs.map((sign) => last(sign, `MAX(${sign.at}) AS last_at`, '= c.external_userid'))
      return {
        text: daysSinceSql(`(${each.join(' UNION ALL ')} ORDER BY last_at DESC LIMIT 1)`, nowMs),
        params: [],
      }
    },
  }
}
