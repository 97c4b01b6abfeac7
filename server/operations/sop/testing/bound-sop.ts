import { VOCABULARY } from '../../../capabilities/vocabulary.ts'
import { sopOf } from '../../../rules/book/bind-sop.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'

/** A journey as a good file would give it: begun by a payment, with one to-do, unless the rule says otherwise. */
export function boundSop(rule: Partial<SopRule> = {}): Sop {
  const name = rule.sop ?? 'care'
  const steps: SopRule['steps'] = [{ task: { for: 'guide', title: '问好' } }]
  const value: SopRule = { sop: name, name, trigger: 'order.paid', steps, ...rule }
  return sopOf({ name, file: `sop/${name}.yaml`, value }, VOCABULARY.facts)
}
