import type { Customers } from '../../customers/customers.ts'
import type { Clock } from '../../kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../kernel/shanghai.ts'
import type { Staff } from '../../staff/staff.ts'
import { asksForCustomer, fillNames } from '../../welcome/fill-names.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'

export interface RemarkStepDeps {
  clock: Clock
  customers: Pick<Customers, 'setRemark'> & { queries: Pick<Customers['queries'], 'nameOf'> }
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
}

/** A new customer's nickname comes seconds after the add; a remark with it waits that long, not for ever. */
const NAME_PATIENCE_MS = 5 * MINUTE_MS
const NAME_RETRY_MS = 10 * SECOND_MS

/** What is left of 「包裹-{客户昵称}」 without the nickname is 「包裹」. */
const LOOSE_ENDS = /^[\s\-_—·|/]+|[\s\-_—·|/]+$/g

export function createRemarkStep({ clock, customers, staff }: RemarkStepDeps): PerformStep<string> {
  return async (tx, template, { entry, reason, reachedAtMs }) => {
    const { externalUserId, userId } = entry
    const customer = await customers.queries.nameOf(tx, externalUserId)
    const now = clock.now()
    if (customer === undefined && asksForCustomer(template) && now - reachedAtMs < NAME_PATIENCE_MS) {
      return { kind: 'later', outcome: '等客户昵称', atMs: now + NAME_RETRY_MS }
    }
    const guide = await staff.queries.nameOf(tx, userId)
    const remark = fillNames(template, { customer, guide }).replace(LOOSE_ENDS, '')
    if (remark === '') return done('没有改备注：不知道客户昵称', false)
    await customers.setRemark(tx, { externalUserId, userId, remark, reason, key: keyOf(entry) })
    return done(`改备注「${remark}」`, true)
  }
}
