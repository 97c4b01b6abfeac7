import { alias } from '../../core/db/define-table.ts'
import { daysSinceSql, startOfLastDays } from '../../records/facts/days-since-sql.ts'
import { aggregateFact, type CustomerRows, narrowableFact, setFact } from '../../records/facts/row-facts.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { SHOP_GRANT } from './grant-tables.ts'

const g = alias(SHOP_GRANT, 'g')
const rows = (where: CustomerRows['where'] & {}): CustomerRows => ({
  from: `${g}`,
  customer: `${g.external_userid}`,
  where,
})
const isGiven = (days: number | undefined, nowMs: number): string =>
  [`${g.state} = 'given'`, ...(days === undefined ? [] : [`${g.ended_at} >= ${startOfLastDays(days, nowMs)}`])].join(
    ' AND ',
  )
const givenIn = (days: number | undefined): CustomerRows => rows((nowMs) => isGiven(days, nowMs))
/** They may have it already, or get it at any moment. */
const MAY_COME = `${g.state} IN ('asked', 'nobody', 'stuck', 'unsure')`

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
  // With what may still come: a rule that asks whether there was none would else give a second one.
  narrowableFact(['days'], ({ days }) =>
    setFact(
      rows((nowMs) => `((${isGiven(days, nowMs)}) OR ${MAY_COME})`),
      { path: 'grants.names', zh: '发过或正在发的券和积分', member: `${g.name}` },
    ),
  ),
  setFact(rows(MAY_COME), { path: 'grants.pending', zh: '还没发到的券和积分', member: `${g.name}` }),
  aggregateFact(givenIn(undefined), {
    path: 'grants.daysSince',
    type: 'number',
    zh: '距最近发券或积分天数',
    of: (nowMs) => daysSinceSql(`MAX(${g.ended_at})`, nowMs),
  }),
]
