import Type from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import { defineOwnEvent } from '../own-event.ts'

/** A customer filled in a survey; told once the customer is known. */
export const SurveyAnswered = defineOwnEvent(
  'survey.answered',
  Type.Object({
    externalUserId: Type.String(),
    surveyId: Type.String(),
    responseId: Type.String(),
    answers: Type.Array(Type.Object({ question: Type.String(), answer: Type.String() })),
    atMs: Type.Number(),
  }),
  {
    triggers: [
      {
        name: 'survey.answered',
        zh: '答了问卷',
        about: 'customer',
        filters: {
          survey: { zh: '只认这份问卷（surveyId）', holds: ({ surveyId }, wanted) => surveyId === wanted },
          answer: {
            zh: '只认有这个答案的',
            holds: ({ answers }, wanted) => answers.some(({ answer }) => answer === wanted),
          },
        },
      },
    ],
    forwards: ['surveyId', 'responseId', 'atMs'],
    replay: leftOut('answers count as known from the beginning'),
  },
)
