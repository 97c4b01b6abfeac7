import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { daysSinceSql, startOfLastDays } from '../facts/days-since-sql.ts'
import { aggregateFact } from '../facts/row-facts.ts'
import { TOUCH } from './touch-tables.ts'

const t = alias(TOUCH, 't')
const TOUCHES = { from: `${t}`, customer: `${t.external_userid}` }
const lately = (days: number) => ({
  ...TOUCHES,
  where: (nowMs: number): string => `${t.at} >= ${startOfLastDays(days, nowMs)}`,
})
const counted = { type: 'number', of: 'COUNT(*)', missing: 0 } as const

export const touchFacts: Fact[] = [
  aggregateFact(TOUCHES, {
    path: 'contacts.daysSinceLast',
    type: 'number',
    zh: '距最近一次联系天数',
    of: (nowMs) => daysSinceSql(`MAX(${t.at})`, nowMs),
  }),
  aggregateFact(lately(7), { path: 'contacts.count7d', zh: '近 7 天联系次数', ...counted }),
  aggregateFact(lately(30), { path: 'contacts.count30d', zh: '近 30 天联系次数', ...counted }),
]
