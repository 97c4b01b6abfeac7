import type { Manifest } from '../records/define-capability.ts'
import { decisionEvent, STEP_EVENT } from '../rules/book/webhook-events.ts'
import { createVocabulary } from '../rules/vocabulary.ts'
import { CAPABILITIES } from './capabilities.ts'
import { EVERY_EVENT, FORWARDED_EVENTS } from './events.ts'
import { EVERY_FACT } from './facts.ts'

const manifests: readonly Manifest[] = CAPABILITIES

/** What rules may ask, begin by and be told of: rule files are checked against it without a database. */
export const VOCABULARY = createVocabulary({
  facts: EVERY_FACT,
  triggers: EVERY_EVENT.flatMap(({ triggers }) => triggers),
  forwarded: [
    ...FORWARDED_EVENTS.map(({ kind }) => kind),
    ...manifests.flatMap(({ decisions = [] }) => decisions.map(decisionEvent)),
    STEP_EVENT,
  ],
})
