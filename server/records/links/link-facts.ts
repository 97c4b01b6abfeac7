import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { startOfLastDays } from '../facts/days-since-sql.ts'
import { aggregateFact, type CustomerRows, narrowableFact, setFact } from '../facts/row-facts.ts'
import { LINK_CLICK } from './link-tables.ts'

const k = alias(LINK_CLICK, 'k')
const clicksOf = (days: number | undefined): CustomerRows => ({
  from: `${k}`,
  customer: `${k.external_userid}`,
  ...(days === undefined ? {} : { where: (nowMs: number) => `${k.at} >= ${startOfLastDays(days, nowMs)}` }),
})

export const linkFacts: Fact[] = [
  narrowableFact(['days'], ({ days }) =>
    setFact(clicksOf(days), { path: 'links.clicked', zh: '点过的链接', member: `${k.link}` }),
  ),
  narrowableFact(['days'], ({ days }) =>
    aggregateFact(clicksOf(days), {
      path: 'links.count',
      type: 'number',
      zh: '点链接的次数',
      of: 'COUNT(*)',
      missing: 0,
    }),
  ),
]
