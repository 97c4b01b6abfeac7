import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineTold } from '../told/define-told.ts'
import { VisitMade } from './visit-events.ts'
import { visitedSign, visitFacts } from './visit-facts.ts'
import { visitTables } from './visit-tables.ts'
import { createVisits } from './visits.ts'

export const visits = defineTold({
  name: 'visits',
  tables: visitTables,
  facts: visitFacts,
  lifeSigns: [visitedSign],
  events: [VisitMade],
  rewind: leftOut('visits count as known from the beginning'),
  renames: nothing('holds no userid'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createVisits,
})
