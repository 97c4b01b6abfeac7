import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { daysSinceSql } from '../facts/days-since-sql.ts'
import { aggregateFact, setFact } from '../facts/row-facts.ts'
import type { LifeSign } from '../facts/silence-fact.ts'
import { CHAT_GROUP, CHAT_MEMBER } from './group-tables.ts'

const m = alias(CHAT_MEMBER, 'm')
const g = alias(CHAT_GROUP, 'g')
const EVER_IN = { from: `${m}`, customer: `${m.member_id}`, where: `${m.member_type} = 2` }

export const groupFacts: Fact[] = [
  // The names of the group pools whose groups the customer is in now.
  setFact(
    {
      from: `${m} JOIN ${g} ON ${g.chat_id} = ${m.chat_id}`,
      customer: `${m.member_id}`,
      where: `${m.left_at} IS NULL AND ${m.member_type} = 2 AND ${g.dismissed_at} IS NULL`,
    },
    { path: 'groups', zh: '所在群池', names: 'pool', member: `${g.pool}` },
  ),
  aggregateFact(EVER_IN, {
    path: 'groups.daysSinceJoined',
    type: 'number',
    zh: '距最近入群天数',
    of: (nowMs) => daysSinceSql(`MAX(${m.joined_at})`, nowMs),
  }),
]

/** They joined a group. */
export const joinedSign: LifeSign = { ...EVER_IN, at: `${m.joined_at}` }
