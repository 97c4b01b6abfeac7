import type { RowOf } from '../../core/db/define-table.ts'
import { all, lock, pick, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { customerLinks } from '../customers/customer-links.ts'
import { erasedAtMs, givenNames, type KnownNames, matchGiven, whyNobody } from '../customers/given-customer.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import type { Erasures } from '../privacy/erasures.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { SurveyAnswer, SurveyMessage } from './survey-body.ts'
import { SurveyAnswered } from './survey-events.ts'
import { SURVEY_ANSWER, SURVEY_RESPONSE } from './survey-tables.ts'

export interface RecordSurveyDeps {
  clock: Clock
  emit: Emit
  timeline: Pick<Timeline, 'note'>
  customers: KnownNames
  erasures: Pick<Erasures, 'erasedAtMs'>
  phoneHash: PhoneHash
}

export interface RecordedSurvey {
  result: 'stored' | 'unchanged'
  /** Whether we know whose it is. */
  matched: boolean
  /** Why nobody will ever be found, one Chinese sentence. */
  nobody?: string
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

const held = (tx: Tx, where: Sql) =>
  tx.row(sql`SELECT ${all(SURVEY_RESPONSE)} FROM ${SURVEY_RESPONSE} WHERE ${where} ${lock()}`)

/** Stores one response; the same response twice changes nothing. */
export async function recordSurvey(tx: Tx, message: SurveyMessage, deps: RecordSurveyDeps): Promise<RecordedSurvey> {
  const now = deps.clock.now()
  const { surveyId, responseId, answers } = message
  const answeredAtMs = message.answeredAtMs ?? now
  const names = givenNames(message.customer, deps.phoneHash)
  if (answeredAtMs <= ((await erasedAtMs(tx, names, deps.erasures)) ?? -1))
    return { result: 'unchanged', matched: false }
  // Looked for first: who finds it while inserting holds it for reading, and two of those who then want to write to it wait for
  // each other.
  const known = await held(tx, sql`${SURVEY_RESPONSE.response_id} = ${responseId}`)
  if (known !== undefined) return { result: 'unchanged', matched: known.external_userid !== null }
  const inserted = await tx.insertIgnore(SURVEY_RESPONSE, [
    {
      response_id: responseId,
      survey_id: surveyId,
      ...names,
      answered_at: answeredAtMs,
      received_at: now,
    },
  ])
  const row = await held(tx, sql`${SURVEY_RESPONSE.response_id} = ${responseId}`)
  if (row === undefined) throw new Error('a response that was just stored is not there')
  if (inserted === 0) return { result: 'unchanged', matched: row.external_userid !== null }
  if (answers.length > 0) {
    await tx.insertIgnore(
      SURVEY_ANSWER,
      answers.map((one, line) => ({
        survey_response_id: row.id,
        line_no: line,
        question: one.question,
        answer: one.answer,
        answer_path: pathOf(surveyId, one),
      })),
    )
  }
  const matched = await settleSurvey(tx, row.id, deps)
  const nobody = matched ? undefined : whyNobody(message.customer)
  return { result: 'stored', matched, ...(nobody === undefined ? {} : { nobody }) }
}

const change = async (tx: Tx, id: number, changes: Partial<RowOf<typeof SURVEY_RESPONSE>>): Promise<void> => {
  await tx.run(sql`UPDATE ${SURVEY_RESPONSE} SET ${set(SURVEY_RESPONSE, changes)} WHERE ${SURVEY_RESPONSE.id} = ${id}`)
}

/** Gives the response to its customer, if they are known, or to whom it is lent, and tells of it, once; takes back what is lent
 *  no more. Safe to repeat. */
export async function settleSurvey(
  tx: Tx,
  id: number,
  { customers, timeline, emit }: Pick<RecordSurveyDeps, 'customers' | 'timeline' | 'emit'>,
): Promise<boolean> {
  const row = await held(tx, sql`${SURVEY_RESPONSE.id} = ${id}`)
  if (row === undefined) return false
  if (row.external_userid !== null && row.lent === 0) return true
  const match = await matchGiven(tx, customers, row)
  const lender = match === undefined ? await customerLinks.ofRow(tx, row) : undefined
  const externalUserId = match?.externalUserId ?? lender?.externalUserId ?? null
  const lent = lender === undefined ? 0 : 1
  if (externalUserId === row.external_userid) {
    if (lent !== row.lent) await change(tx, id, { lent })
    return externalUserId !== null
  }
  await change(tx, id, { external_userid: externalUserId, announced: externalUserId === null ? 0 : 1, lent })
  if (externalUserId === null) return false
  const answers = await tx.rows(
    sql`SELECT ${pick(SURVEY_ANSWER, 'question', 'answer')} FROM ${SURVEY_ANSWER}
        WHERE ${SURVEY_ANSWER.survey_response_id} = ${id} ORDER BY ${SURVEY_ANSWER.line_no}`,
  )
  const { response_id: responseId, survey_id: surveyId, answered_at: atMs } = row
  // Lent it may be taken back, and be told of somebody else later.
  const key = lender === undefined ? responseId : `${responseId.slice(0, 60)}:${id}:link:${lender.linkId}`
  await timeline.note(tx, {
    key: `survey:${key}`,
    externalUserId,
    atMs,
    kind: 'survey.answered',
    text: noteText(surveyId, answers),
  })
  await emit(tx, SurveyAnswered, {
    key,
    atMs,
    payload: { externalUserId, surveyId, responseId, answers, atMs },
  })
  return true
}
