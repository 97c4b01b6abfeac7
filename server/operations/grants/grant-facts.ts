import { alias } from '../../core/db/define-table.ts'
import { daysSinceSql, startOfLastDays } from '../../records/facts/days-since-sql.ts'
import { aggregateFact, type CustomerRows, narrowableFact, setFact } from '../../records/facts/row-facts.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { SHOP_GRANT } from './grant-tables.ts'

const g = alias(SHOP_GRANT, 'g')
const givenIn = (days: number | undefined): CustomerRows => ({
  from: `${g}`,
  customer: `${g.external_userid}`,
  where: (nowMs) =>
    [`${g.state} = 'given'`, ...(days === undefined ? [] : [`${g.ended_at} >= ${startOfLastDays(days, nowMs)}`])].join(
      ' AND ',
    ),
})

export const grantFacts: Fact[] = [
  narrowableFact(['days'], ({ days }) =>
    aggregateFact(givenIn(days), {
      path: 'grants.count',
      type: 'number',
      zh: '发过几次券和积分',
      of: 'COUNT(*)',
      missing: 0,
    }),
  ),
  narrowableFact(['days'], ({ days }) =>
    setFact(givenIn(days), { path: 'grants.names', zh: '发过的券和积分', member: `${g.name}` }),
  ),
  aggregateFact(givenIn(undefined), {
    path: 'grants.daysSince',
    type: 'number',
    zh: '距最近发券或积分天数',
    of: (nowMs) => daysSinceSql(`MAX(${g.ended_at})`, nowMs),
  }),
]
