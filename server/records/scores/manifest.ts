import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { RfmMoved } from './rfm-event.ts'
import { scoreFacts } from './score-facts.ts'
import { scoreTables } from './score-tables.ts'
import { createScores } from './scores.ts'
import { createScoresRewind } from './scores-rewind.ts'

export const scores = defineCapability({
  name: 'scores',
  needs: ['orders', 'privacy'],
  tables: scoreTables,
  facts: scoreFacts,
  events: [RfmMoved],
  rewind: createScoresRewind,
  renames: nothing('holds no userid'),
  identified: nothing('scores are made from orders'),
  ruleNames: nothing('a group that is called otherwise is so from the next look on, and nobody has moved'),
  create: createScores,
})
