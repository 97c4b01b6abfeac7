import { contactFacts } from './contacts/contact-facts.ts'
import { addedSign, customerFacts } from './customers/customer-facts.ts'
import { silenceFact } from './facts/silence-fact.ts'
import { groupFacts, joinedSign } from './groups/group-facts.ts'
import { orderFacts, orderSigns } from './orders/order-facts.ts'
import { profileFacts } from './profiles/profile-facts.ts'
import type { Fact } from './rules/fact.ts'
import { scoreFacts } from './scores/score-facts.ts'
import { sopFacts } from './sop/sop-facts.ts'
import { answeredSign, surveyFacts } from './surveys/survey-facts.ts'
import { tagsFact } from './tags/tags-fact.ts'
import { tiersFact } from './tiers/tiers-fact.ts'

/** Everything that rules may ask about a customer, whoever's tables know it. */
export const EVERY_FACT: Fact[][] = [
  customerFacts,
  [tagsFact],
  groupFacts,
  orderFacts,
  contactFacts,
  profileFacts,
  surveyFacts,
  sopFacts,
  [silenceFact([addedSign, joinedSign, ...orderSigns, answeredSign])],
  [tiersFact],
  scoreFacts,
]
