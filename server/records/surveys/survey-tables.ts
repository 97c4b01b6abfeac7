import { flag, id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

export const SURVEY_RESPONSE = defineTable(
  'survey_response',
  {
    id: id(),
    response_id: text(100),
    survey_id: text(60),
    external_userid: nullable(text()),
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    answered_at: instant(),
    received_at: instant(),
    announced: withDefault(flag(), 0),
    /** It is the customer's only because somebody said that they go by these names. */
    lent: withDefault(flag(), 0),
  },
  {
    unique: [['response_id']],
    indices: [
      ['external_userid', 'survey_id'],
      ['survey_id', 'external_userid'],
      ['given_external_userid'],
      ['given_unionid'],
      ['phone_hash'],
    ],
    personal: {
      holds: {
        response_id: 'none',
        survey_id: 'conduct',
        external_userid: 'customer',
        given_external_userid: 'customer',
        given_unionid: 'union-id',
        phone_hash: 'phone',
      },
      purpose: '客户填了哪份问卷',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const SURVEY_ANSWER = defineTable(
  'survey_answer',
  {
    id: id(),
    survey_response_id: integer(),
    line_no: integer(),
    question: text(200),
    answer: longText(),
    answer_path: nullable(text(190)),
  },
  {
    unique: [['survey_response_id', 'line_no']],
    indices: [['answer_path', 'survey_response_id']],
    personal: {
      holds: { question: 'none', answer: 'free-text', answer_path: 'free-text' },
      purpose: '客户怎么回答',
      kept: 'owner',
      through: { column: 'survey_response_id', table: SURVEY_RESPONSE, of: 'external_userid' },
    },
    snapshot: { key: 'id', through: { column: 'survey_response_id', table: SURVEY_RESPONSE, of: 'external_userid' } },
  },
)

export const surveyTables: Table[] = [SURVEY_RESPONSE, SURVEY_ANSWER]
