import { leftOut } from '../../core/db/define-table.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { signedRoute } from '../../engine/http/signed-route.ts'
import { createRecordSurvey, type RecordSurveyDeps } from './record-survey.ts'
import { parseSurvey } from './survey-body.ts'

export interface SurveysDeps extends RecordSurveyDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  /** ORDERS_SECRET. */
  secret: string
}

/** What customers answered in the company's own surveys. */
export function createSurveys(deps: SurveysDeps) {
  const { db, clock, secret } = deps
  const surveys = createRecordSurvey(deps)

  /** A response that was stored at the very moment its customer became known may have missed that event. */
  async function matchLate(): Promise<void> {
    const waiting = await db.tx((tx) =>
      tx.rows<{ response_id: string }>(
        `SELECT response_id FROM survey_response WHERE external_userid IS NULL AND received_at > ?
         ORDER BY id DESC LIMIT 500`,
        [clock.now() - DAY_MS],
      ),
    )
    for (const { response_id: responseId } of waiting) await db.tx((tx) => surveys.settle(tx, responseId))
  }

  return {
    /** POST /api/surveys: `200 { responseId, result, matched }`. */
    routes: signedRoute({
      path: '/api/surveys',
      what: 'surveys',
      clock,
      secret,
      take: async (value) => {
        const message = parseSurvey(value)
        return { responseId: message.responseId, ...(await db.tx((tx) => surveys.record(tx, message))) }
      },
    }),
    matchWaiting: surveys.matchWaiting,
    jobs: [
      {
        name: 'surveys.match-late',
        everyMs: 10 * MINUTE_MS,
        dueAt: leftOut('nobody becomes known in a rehearsal'),
        run: matchLate,
      },
    ],
  }
}
export type Surveys = ReturnType<typeof createSurveys>
