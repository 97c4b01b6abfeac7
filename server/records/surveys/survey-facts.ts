import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { setFact } from '../facts/row-facts.ts'
import type { LifeSign } from '../facts/silence-fact.ts'
import { SURVEY_ANSWER, SURVEY_RESPONSE } from './survey-tables.ts'

const r = alias(SURVEY_RESPONSE, 'r')
const a = alias(SURVEY_ANSWER, 'a')
const RESPONSES = { from: `${r}`, customer: `${r.external_userid}` }

export const surveyFacts: Fact[] = [
  setFact(RESPONSES, { path: 'survey.answered', zh: '填过的问卷', member: `${r.survey_id}` }),
  // 问卷/问题/答案; what is too long to be asked for has none.
  setFact(
    { ...RESPONSES, from: `${r} JOIN ${a} ON ${a.survey_response_id} = ${r.id}` },
    { path: 'survey.answers', zh: '问卷答案', member: `${a.answer_path}` },
  ),
]

/** They answered. */
export const answeredSign: LifeSign = { ...RESPONSES, at: `${r.answered_at}` }
