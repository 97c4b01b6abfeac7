import Type from 'typebox'
import { defineEvent } from '../../engine/inbox/event-kind.ts'

/** A customer filled in a survey; told once the customer is known. */
export const SurveyAnswered = defineEvent(
  'survey.answered',
  Type.Object({
    externalUserId: Type.String(),
    surveyId: Type.String(),
    responseId: Type.String(),
    answers: Type.Array(Type.Object({ question: Type.String(), answer: Type.String() })),
    atMs: Type.Number(),
  }),
)
