import type { Manifest } from '../records/define-capability.ts'
import { decisionEvent, FORWARDED_STEP, forwardedDecision } from '../rules/book/webhook-events.ts'
import { createVocabulary } from '../rules/vocabulary.ts'
import { CAPABILITIES } from './capabilities.ts'
import { EVERY_EVENT } from './events.ts'
import { EVERY_FACT } from './facts.ts'

const manifests: readonly Manifest[] = CAPABILITIES

/** What rules may ask, begin by and be told of: rule files are checked against it without a database. */
export const VOCABULARY = createVocabulary({
  facts: EVERY_FACT,
  triggers: EVERY_EVENT.flatMap(({ triggers }) => triggers),
  forwarded: [
    ...EVERY_EVENT.flatMap(({ forwarded }) => forwarded ?? []),
    ...manifests.flatMap(({ decisions = [] }) => decisions.map((kind) => forwardedDecision(decisionEvent(kind)))),
    FORWARDED_STEP,
  ],
})
