import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { type FieldFactType, fieldFactPath } from '../../rules/condition/profile-path.ts'
import { aggregateFact, type CustomerRows, lastFact, narrowableFact, setFact } from '../facts/row-facts.ts'
import { CUSTOMER_FIELD } from './field-tables.ts'
import { dayNumberOf } from './field-value.ts'

const f = alias(CUSTOMER_FIELD, 'f')

/** Without a field there is nothing to ask for. */
const rowsOf = (field: string | undefined, isWanted: string): CustomerRows => ({
  from: `${f}`,
  customer: `${f.external_userid}`,
  where: `${f.field} = ? AND LENGTH(${f.field}) = LENGTH(?) AND ${isWanted}`,
  params: [field ?? '', field ?? ''],
})

const ofField = (
  type: FieldFactType,
  make: (field: string | undefined, head: { path: string; zh: string }) => Fact,
): Fact => narrowableFact(['field'], ({ field }) => make(field, { path: fieldFactPath(type), zh: '客户资料' }))

/** `profile.<field>`, by what is asked of it. */
export const fieldFacts: Fact[] = [
  ofField('number', (field, head) =>
    aggregateFact(rowsOf(field, `${f.num} IS NOT NULL`), {
      ...head,
      type: 'number',
      // One row a customer: MAX only lets it be asked like the others.
      of: (nowMs) => `MAX(CASE WHEN ${f.kind} = 'date' THEN ${dayNumberOf(nowMs)} - ${f.num} ELSE ${f.num} END)`,
    }),
  ),
  ofField('text', (field, head) =>
    lastFact(rowsOf(field, `${f.kind} <> 'choices'`), {
      ...head,
      type: 'text',
      column: `${f.body}`,
      by: [`${f.place}`],
    }),
  ),
  ofField('set', (field, head) => setFact(rowsOf(field, `${f.kind} = 'choices'`), { ...head, member: `${f.body}` })),
]
