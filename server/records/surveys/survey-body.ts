import Type, { type Static } from 'typebox'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { checkedBody, instantOf, invalidBody } from '../../engine/http/checked-body.ts'
import { GivenCustomer, type NamedCustomer, namedCustomer } from '../customers/given-customer.ts'

const NotEmpty = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** Body of POST /api/surveys: one person's response to one survey. Several answers to one question are several entries;
 *  null: not answered. */
const SurveyBody = Type.Object({
  surveyId: NotEmpty(60),
  responseId: NotEmpty(100),
  customer: GivenCustomer,
  /** ISO 8601 with offset, or UTC milliseconds; absent, null or empty: now. */
  answeredAt: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0 }), Type.Null()])),
  answers: Type.Array(
    Type.Object({
      question: NotEmpty(200),
      answer: Type.Union([Type.String({ maxLength: 2_000 }), Type.Number(), Type.Boolean(), Type.Null()]),
    }),
    { maxItems: 200 },
  ),
})

export interface SurveyAnswer {
  question: string
  answer: string
}

export interface SurveyMessage extends Omit<Static<typeof SurveyBody>, 'answeredAt' | 'answers' | 'customer'> {
  customer: NamedCustomer
  /** UTC milliseconds. */
  answeredAtMs: number | undefined
  answers: SurveyAnswer[]
}

const ABOUT = { what: 'surveys', zh: '问卷' }

/** Questions and answers are without the phones in them. Throws surveys.invalid (400) naming fields, never their values. */
export function parseSurvey(value: unknown): SurveyMessage {
  const { answeredAt, answers, customer, ...ids } = checkedBody(SurveyBody, value, ABOUT)
  // One of our databases takes blanks at the end for nothing, the other does not.
  const id = (field: 'surveyId' | 'responseId'): string => {
    const text = ids[field].trim()
    if (text === '') throw invalidBody([`/${field} must not be blank`], ABOUT)
    return text
  }
  return {
    customer: namedCustomer(customer),
    surveyId: id('surveyId'),
    responseId: id('responseId'),
    answeredAtMs:
      answeredAt === undefined || answeredAt === null || answeredAt === ''
        ? undefined
        : instantOf(answeredAt, { field: '/answeredAt', ...ABOUT }),
    answers: answers.flatMap(({ question, answer }) =>
      answer === null ? [] : { question: maskPhones(question.trim()), answer: maskPhones(String(answer).trim()) },
    ),
  }
}
