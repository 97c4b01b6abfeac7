import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { daysSinceSql } from '../facts/days-since-sql.ts'
import { aggregateFact } from '../facts/row-facts.ts'
import { CUSTOMER_WORTH, WORTH_RUN } from './worth-tables.ts'

const w = alias(CUSTOMER_WORTH, 'w')
const r = alias(WORTH_RUN, 'r')
const WORTH = { from: `${w}`, customer: `${w.external_userid}` }
/** There is one run. */
const RECKONED = { ...WORTH, from: `${w} JOIN ${r} ON ${r.scored_at} IS NOT NULL` }

/** Only customers with a paid order have them, and nobody while the model says that it does not know. */
export const worthFacts: Fact[] = [
  aggregateFact(WORTH, {
    path: 'worth.orders90',
    type: 'number',
    zh: '预计 90 天内还买几次',
    of: `MAX(${w.orders90_hundredths}) / 100.0`,
  }),
  aggregateFact(WORTH, { path: 'worth.value90', type: 'money', zh: '预计 90 天内花多少', of: `MAX(${w.value90_fen})` }),
  aggregateFact(WORTH, {
    path: 'worth.alivePercent',
    type: 'number',
    zh: '还会来买的可能（百分比）',
    of: `MAX(${w.alive_percent})`,
  }),
  aggregateFact(RECKONED, {
    path: 'worth.daysSinceReckoned',
    type: 'number',
    zh: '距上次估算天数',
    of: (nowMs) => daysSinceSql(`MAX(${r.scored_at})`, nowMs),
  }),
]
