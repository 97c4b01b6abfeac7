import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { type GivenNames, givenNames, type KnownNames, matchGiven, waitingFor } from '../customers/given-customer.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { SurveyAnswer, SurveyMessage } from './survey-body.ts'
import { SurveyAnswered } from './survey-events.ts'

export interface RecordSurveyDeps {
  clock: Clock
  emit: Emit
  timeline: Pick<Timeline, 'note'>
  customers: KnownNames
  phoneHash: PhoneHash
}

export interface RecordedSurvey {
  result: 'stored' | 'unchanged'
  /** Whether we know whose it is. */
  matched: boolean
}

interface StoredResponse extends GivenNames {
  id: number
  response_id: string
  survey_id: string
  external_userid: string | null
  answered_at: number
}

/** Longer ones are free text, which no rule asks for word by word. */
const LONGEST_PATH = 190
const SHOWN_ANSWERS = 3

const pathOf = (surveyId: string, { question, answer }: SurveyAnswer): string | null => {
  const path = `${surveyId}/${question}/${answer}`
  return path.length > LONGEST_PATH ? null : path
}

const noteText = (surveyId: string, answers: SurveyAnswer[]): string => {
  const shown = answers.slice(0, SHOWN_ANSWERS).map(({ question, answer }) => `${question}：${answer.slice(0, 40)}`)
  const rest = answers.length > SHOWN_ANSWERS ? ` 等 ${answers.length} 题` : ''
  return `填了问卷「${surveyId}」${shown.length === 0 ? '' : `（${shown.join('；')}${rest}）`}`
}

/** The one way in for survey responses. */
export function createRecordSurvey({ clock, emit, timeline, customers, phoneHash }: RecordSurveyDeps) {
  const find = (tx: Tx, responseId: string): Promise<StoredResponse | undefined> =>
    tx.row<StoredResponse>(
      `SELECT id, response_id, survey_id, external_userid, given_external_userid, given_unionid, phone_hash, answered_at
       FROM survey_response WHERE response_id = ?${tx.dialect === 'mysql' ? ' FOR UPDATE' : ''}`,
      [responseId],
    )

  /** Gives the response to its customer and tells of it, once. */
  async function settle(tx: Tx, responseId: string): Promise<boolean> {
    const row = await find(tx, responseId)
    if (row === undefined) return false
    const externalUserId = row.external_userid ?? (await matchGiven(tx, customers, row))?.externalUserId
    if (externalUserId === undefined) return false
    const isFirst =
      (await tx.run('UPDATE survey_response SET external_userid = ?, announced = 1 WHERE id = ? AND announced = 0', [
        externalUserId,
        row.id,
      ])) > 0
    if (!isFirst) return true
    const answers = await tx.rows<SurveyAnswer>(
      'SELECT question, answer FROM survey_answer WHERE survey_response_id = ? ORDER BY line_no',
      [row.id],
    )
    const { survey_id: surveyId, answered_at: atMs } = row
    await timeline.note(tx, {
      key: `survey:${responseId}`,
      externalUserId,
      atMs,
      kind: 'survey.answered',
      text: noteText(surveyId, answers),
    })
    await emit(tx, SurveyAnswered, {
      key: responseId,
      atMs,
      payload: { externalUserId, surveyId, responseId, answers: answers.map((one) => ({ ...one })), atMs },
    })
    return true
  }

  /** The same response twice changes nothing. */
  async function record(tx: Tx, message: SurveyMessage): Promise<RecordedSurvey> {
    const now = clock.now()
    const { surveyId, responseId, answers } = message
    const inserted = await tx.insertIgnore('survey_response', [
      {
        response_id: responseId,
        survey_id: surveyId,
        ...givenNames(message.customer, phoneHash),
        answered_at: message.answeredAtMs ?? now,
        received_at: now,
      },
    ])
    const row = await find(tx, responseId)
    if (row === undefined) throw new Error('a response that was just stored is not there')
    if (inserted === 0) return { result: 'unchanged', matched: row.external_userid !== null }
    if (answers.length > 0) {
      await tx.insertIgnore(
        'survey_answer',
        answers.map((one, line) => ({
          survey_response_id: row.id,
          line_no: line,
          question: one.question,
          answer: one.answer,
          answer_path: pathOf(surveyId, one),
        })),
      )
    }
    return { result: 'stored', matched: await settle(tx, responseId) }
  }

  /** Responses of a customer of whom we have just learned a name. Safe to repeat. */
  async function matchWaiting(tx: Tx, externalUserId: string): Promise<void> {
    const waiting = await waitingFor(tx, customers, externalUserId, async (column, values) => {
      const rows = await tx.rows<{ response_id: string }>(
        `SELECT response_id FROM survey_response WHERE external_userid IS NULL
         AND ${column} IN (${values.map(() => '?').join(', ')}) ORDER BY id`,
        values,
      )
      return rows.map((row) => row.response_id)
    })
    for (const responseId of waiting) await settle(tx, responseId)
  }

  return { record, settle, matchWaiting }
}
export type RecordSurvey = ReturnType<typeof createRecordSurvey>
