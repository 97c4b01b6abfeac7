import { maskPhones } from '../../../../core/kernel/mask-phones.ts'
import type { Customers } from '../../../../records/customers/customers.ts'
import { fillNames } from '../../../welcome/fill-names.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'
import { createNamesFor, type NamesForDeps } from './names-for.ts'

export interface RemarkStepDeps extends NamesForDeps {
  customers: Pick<Customers, 'setRemark'> & NamesForDeps['customers']
}

/** What is left of 「包裹-{客户昵称}」 without the nickname is 「包裹」. */
const LOOSE_ENDS = /^[\s\-_—·|/]+|[\s\-_—·|/]+$/g

export function createRemarkStep(deps: RemarkStepDeps): PerformStep<string> {
  const namesFor = createNamesFor(deps)
  return async (tx, template, context) => {
    const names = await namesFor(tx, template, context)
    if ('kind' in names) return names
    const remark = fillNames(template, names).replace(LOOSE_ENDS, '')
    if (remark === '') return done('没有改备注：不知道客户昵称', false)
    const { entry, reason } = context
    const { externalUserId, userId } = entry
    await deps.customers.setRemark(tx, { externalUserId, userId, remark, reason, key: keyOf(entry) })
    return done(`改备注「${maskPhones(remark)}」`, true)
  }
}
