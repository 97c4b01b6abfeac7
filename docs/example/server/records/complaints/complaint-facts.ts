import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { aggregateFact } from '../facts/row-facts.ts'
import { COMPLAINT } from './complaint-tables.ts'

const c = alias(COMPLAINT, 'p')
const COMPLAINTS = { from: `${c}`, customer: `${c.external_userid}` }

export const complaintFacts: Fact[] = [
  aggregateFact(COMPLAINTS, { path: 'complaints.count', type: 'number', zh: '投诉次数', of: 'COUNT(*)', missing: 0 }),
]
