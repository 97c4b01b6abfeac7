import Type, { type Static } from 'typebox'
import { QuietHours } from './sop-event.ts'

const strict = { additionalProperties: false }

/** config/policy.yaml — what holds for all journeys together. */
export const PolicyRule = Type.Object(
  {
    /** Steps that reach people wait until these hours are over. */
    quiet: Type.Optional(QuietHours),
    /** New to-dos of one guide a day; the others wait for the next morning, the most important first. */
    tasksPerGuidePerDay: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 500, description: '一位导购一天最多几条新待办，多的排到第二天早上' }),
    ),
    /** Mass messages that journeys send to one customer within so many days; more are not sent. */
    contactsPerCustomer: Type.Optional(
      Type.Object(
        {
          most: Type.Integer({ minimum: 1, maximum: 31, description: '最多几次' }),
          days: Type.Integer({ minimum: 1, maximum: 31, description: '多少天之内' }),
        },
        { ...strict, description: '一位客户多少天内最多收到几次群发，多的不发' },
      ),
    ),
  },
  { ...strict, minProperties: 1 },
)
export type PolicyRule = Static<typeof PolicyRule>
