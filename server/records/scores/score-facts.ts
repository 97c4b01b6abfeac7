import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { daysSinceSql } from '../facts/days-since-sql.ts'
import { aggregateFact, lastFact } from '../facts/row-facts.ts'
import { CUSTOMER_SCORE, SCORE_RUN } from './score-tables.ts'

const s = alias(CUSTOMER_SCORE, 's')
const r = alias(SCORE_RUN, 'r')
const SCORES = { from: `${s}`, customer: `${s.external_userid}` }
/** There is one run. */
const SETTLED = { ...SCORES, from: `${s} JOIN ${r} ON ${r.settled_at} IS NOT NULL` }
const points = (path: string, zh: string, of: string): Fact => aggregateFact(SCORES, { path, type: 'number', zh, of })

/** Only customers with a paid order have a score, and a group only with rfm.yaml. */
export const scoreFacts: Fact[] = [
  points('score', '价值总分（3–15）', `MAX(${s.r} + ${s.f} + ${s.m})`),
  points('score.r', '最近购买得分（1–5）', `MAX(${s.r})`),
  points('score.f', '购买频次得分（1–5）', `MAX(${s.f})`),
  points('score.m', '购买金额得分（1–5）', `MAX(${s.m})`),
  lastFact(SCORES, {
    ...{ path: 'score.name', type: 'text', zh: 'RFM 分组', names: 'rfm' },
    ...{ column: `${s.name}`, by: [`${s.id}`] },
  }),
  aggregateFact(SCORES, {
    path: 'score.daysSinceMoved',
    type: 'number',
    zh: '变成现在的 RFM 分组几天了',
    of: (nowMs) => daysSinceSql(`MAX(${s.since})`, nowMs),
  }),
  aggregateFact(SETTLED, {
    path: 'score.daysSinceReckoned',
    type: 'number',
    zh: '距上次算 RFM 天数',
    of: (nowMs) => daysSinceSql(`MAX(${r.settled_at})`, nowMs),
  }),
]
