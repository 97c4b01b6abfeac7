import { CUSTOMER } from '../records/customers/customer-tables.ts'
import type { Manifest } from '../records/define-capability.ts'
import { createFacts } from '../records/facts/facts.ts'
import { silenceFact } from '../records/facts/silence-fact.ts'
import type { Fact } from '../rules/condition/fact.ts'
import { CAPABILITIES } from './capabilities.ts'

const manifests: readonly Manifest[] = CAPABILITIES

/** Everything that rules may ask about a customer, whoever's tables know it. */
export const EVERY_FACT: readonly Fact[] = [
  ...manifests.flatMap((manifest) => manifest.facts),
  silenceFact(manifests.flatMap(({ lifeSigns = [] }) => lifeSigns)),
]

/** Asks for facts, of one customer or of all. */
export const facts = createFacts({ list: EVERY_FACT, base: CUSTOMER })
