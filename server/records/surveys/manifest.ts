import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineTold } from '../told/define-told.ts'
import { SurveyAnswered } from './survey-events.ts'
import { answeredSign, surveyFacts } from './survey-facts.ts'
import { surveyTables } from './survey-tables.ts'
import { createSurveys } from './surveys.ts'

export const surveys = defineTold({
  name: 'surveys',
  tables: surveyTables,
  facts: surveyFacts,
  lifeSigns: [answeredSign],
  events: [SurveyAnswered],
  rewind: leftOut('answers count as known from the beginning'),
  renames: nothing('holds no userid'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createSurveys,
})
