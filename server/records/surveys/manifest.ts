import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import type { FromShop } from '../customers/given-customer.ts'
import { defineCapability } from '../define-capability.ts'
import { SurveyAnswered } from './survey-events.ts'
import { answeredSign, surveyFacts } from './survey-facts.ts'
import { surveyTables } from './survey-tables.ts'
import { createSurveys, type SurveysDeps } from './surveys.ts'

export const surveys = defineCapability({
  name: 'surveys',
  needs: ['timeline', 'customers'],
  tables: surveyTables,
  facts: surveyFacts,
  lifeSigns: [answeredSign],
  events: [SurveyAnswered],
  rewind: leftOut('answers count as known from the beginning'),
  renames: nothing('holds no userid'),
  identified: (tx, externalUserId, { matchWaiting }) => matchWaiting(tx, externalUserId),
  create: ({ customers, ordersSecret, ...deps }: Omit<SurveysDeps, 'customers' | 'secret'> & FromShop) =>
    createSurveys({ ...deps, customers: customers.queries, secret: ordersSecret }),
})
