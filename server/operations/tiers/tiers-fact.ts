import { setFact } from '../../records/facts/row-facts.ts'

/** The customer's level on each ladder, as 梯子/级. */
export const tiersFact = setFact(
  { from: 'customer_tier t', customer: 't.external_userid' },
  { path: 'tiers', zh: '分层等级', member: 't.path' },
)
