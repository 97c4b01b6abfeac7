import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { stopWordTables } from './stop-word-tables.ts'
import { type CreatedStopWords, createStopWords } from './stop-words.ts'

export const stopWords = defineCapability({
  name: 'stopWords',
  needs: ['timeline', 'customers', 'privacy'],
  tables: stopWordTables,
  facts: [],
  events: [],
  rewind: leftOut('what customers have refused counts as it is now'),
  renames: nothing('holds no userid'),
  identified: (tx, externalUserId, made: CreatedStopWords) => made.settleWaiting(tx, externalUserId),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createStopWords,
})
