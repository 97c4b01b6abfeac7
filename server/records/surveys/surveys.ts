import { sql } from '../../core/db/sql.ts'
import { createTold, type Told, type ToldDeps } from '../told/told.ts'
import { type RecordSurveyDeps, recordSurvey, settleSurvey } from './record-survey.ts'
import { parseSurvey } from './survey-body.ts'
import { SURVEY_RESPONSE } from './survey-tables.ts'

export type SurveysDeps = RecordSurveyDeps & ToldDeps

/** What customers answered in the company's own surveys. POST /api/surveys: `200 { responseId, result, matched }`. */
export function createSurveys(deps: SurveysDeps): Told {
  return createTold(deps, {
    name: 'surveys',
    path: '/api/surveys',
    parse: parseSurvey,
    record: async (tx, message) => ({ responseId: message.responseId, ...(await recordSurvey(tx, message, deps)) }),
    waiting: {
      table: SURVEY_RESPONSE,
      isWaiting: sql`${SURVEY_RESPONSE.external_userid} IS NULL`,
      lent: { where: sql`${SURVEY_RESPONSE.lent} = 1`, owner: SURVEY_RESPONSE.external_userid },
      age: SURVEY_RESPONSE.received_at,
      toldSince: (fromMs) => sql`${SURVEY_RESPONSE.received_at} > ${fromMs}`,
    },
    settle: (tx, id) => settleSurvey(tx, id, deps),
  })
}
