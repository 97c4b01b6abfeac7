import { sopFacts } from '../operations/sop/sop-facts.ts'
import { tiersFact } from '../operations/tiers/tiers-fact.ts'
import { addedSign, customerFacts } from '../records/customers/customer-facts.ts'
import { silenceFact } from '../records/facts/silence-fact.ts'
import { groupFacts, joinedSign } from '../records/groups/group-facts.ts'
import { orderFacts, orderSigns } from '../records/orders/order-facts.ts'
import { profileFacts } from '../records/profiles/profile-facts.ts'
import { scoreFacts } from '../records/scores/score-facts.ts'
import { answeredSign, surveyFacts } from '../records/surveys/survey-facts.ts'
import { tagsFact } from '../records/tags/tags-fact.ts'
import { touchFacts } from '../records/touches/touch-facts.ts'
import type { Fact } from '../rules/condition/fact.ts'

/** Everything that rules may ask about a customer, whoever's tables know it. */
export const EVERY_FACT: Fact[][] = [
  customerFacts,
  [tagsFact],
  groupFacts,
  orderFacts,
  touchFacts,
  profileFacts,
  surveyFacts,
  sopFacts,
  [silenceFact([addedSign, joinedSign, ...orderSigns, answeredSign])],
  [tiersFact],
  scoreFacts,
]
