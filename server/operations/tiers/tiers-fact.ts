import { alias } from '../../core/db/define-table.ts'
import { setFact } from '../../records/facts/row-facts.ts'
import { CUSTOMER_TIER } from './tier-tables.ts'

const t = alias(CUSTOMER_TIER, 't')

/** The customer's level on each ladder, as 梯子/级. */
export const tiersFact = setFact(
  { from: `${t}`, customer: `${t.external_userid}` },
  { path: 'tiers', zh: '分层等级', names: 'tier', member: `${t.path}` },
)
