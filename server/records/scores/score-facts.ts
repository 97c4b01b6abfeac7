import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { aggregateFact } from '../facts/row-facts.ts'
import { CUSTOMER_SCORE } from './score-tables.ts'

const s = alias(CUSTOMER_SCORE, 's')
const SCORES = { from: `${s}`, customer: `${s.external_userid}` }
const points = (path: string, zh: string, of: string): Fact => aggregateFact(SCORES, { path, type: 'number', zh, of })

/** Only customers with a paid order have a score. */
export const scoreFacts: Fact[] = [
  points('score', '价值总分（3–15）', `MAX(${s.r} + ${s.f} + ${s.m})`),
  points('score.r', '最近购买得分（1–5）', `MAX(${s.r})`),
  points('score.f', '购买频次得分（1–5）', `MAX(${s.f})`),
  points('score.m', '购买金额得分（1–5）', `MAX(${s.m})`),
]
