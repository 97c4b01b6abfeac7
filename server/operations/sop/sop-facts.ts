import { alias } from '../../core/db/define-table.ts'
import { setFact } from '../../records/facts/row-facts.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { type EntryState, SOP_ENTRY } from './sop-tables.ts'

const e = alias(SOP_ENTRY, 'e')

const inState = (state: EntryState) => ({
  from: `${e}`,
  customer: `${e.external_userid}`,
  where: `${e.state} = '${state}'`,
})

/** Journeys by the name of their file's `sop:`. */
export const sopFacts: Fact[] = [
  setFact(inState('active'), { path: 'sops.active', zh: '正在走的 SOP', member: `${e.sop}` }),
  setFact(inState('finished'), { path: 'sops.finished', zh: '走完的 SOP', member: `${e.sop}` }),
  setFact(inState('goal'), { path: 'sops.goal', zh: '达成目标的 SOP', member: `${e.sop}` }),
]
