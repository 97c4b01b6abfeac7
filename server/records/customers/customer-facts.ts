import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { daysSinceSql } from '../facts/days-since-sql.ts'
import { aggregateFact, existsFact, lastFact } from '../facts/row-facts.ts'
import type { LifeSign } from '../facts/silence-fact.ts'
import { CUSTOMER, FOLLOW } from './customer-tables.ts'

const k = alias(CUSTOMER, 'k')
const f = alias(FOLLOW, 'f')
const FOLLOWS = { from: `${f}`, customer: `${f.external_userid}` }
const FRIENDS = { ...FOLLOWS, where: `${f.active} = 1` }
/** The latest active follow: who speaks for the brand. */
const OWNER = { by: [`${f.added_at}`, `${f.id}`] }

export const customerFacts: Fact[] = [
  {
    ...lastFact(
      { from: `${k}`, customer: `${k.external_userid}` },
      {
        path: 'channel',
        type: 'text',
        zh: '来源渠道',
        names: 'channel',
        column: `${k.first_channel}`,
        by: [`${k.external_userid}`],
      },
    ),
    // Customers themselves are what an audience is chosen from.
    sql: () => ({ text: `${alias(CUSTOMER, 'c').first_channel}`, params: [] }),
  },
  lastFact(FRIENDS, {
    path: 'addWay',
    type: 'number',
    zh: '添加方式（企业微信编号）',
    column: `${f.add_way}`,
    ...OWNER,
  }),
  existsFact(FRIENDS, { path: 'follow.active', zh: '现在是好友' }),
  aggregateFact(FRIENDS, {
    path: 'follow.days',
    type: 'number',
    zh: '加好友天数',
    of: (nowMs) => daysSinceSql(`MIN(${f.added_at})`, nowMs),
  }),
  lastFact(FRIENDS, { path: 'follow.guide', type: 'text', zh: '所属导购', column: `${f.userid}`, ...OWNER }),
  aggregateFact(FRIENDS, { path: 'follow.guideCount', type: 'number', zh: '好友导购数', of: 'COUNT(*)', missing: 0 }),
  // Whoever is somebody's friend now is not lost.
  aggregateFact(FOLLOWS, {
    path: 'follow.daysSinceLost',
    type: 'number',
    zh: '流失天数',
    of: (nowMs) => `CASE WHEN MAX(${f.active}) = 0 THEN ${daysSinceSql(`MAX(${f.lost_at})`, nowMs)} END`,
  }),
]

/** They added a guide. */
export const addedSign: LifeSign = { ...FOLLOWS, at: `${f.added_at}` }
