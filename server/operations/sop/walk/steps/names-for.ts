import type { Tx } from '../../../../core/db/tx.ts'
import type { Clock } from '../../../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../../../core/kernel/shanghai.ts'
import type { Customers } from '../../../../records/customers/customers.ts'
import type { Staff } from '../../../../records/staff/staff.ts'
import { asksForCustomer, type Names } from '../../../welcome/fill-names.ts'
import type { StepContext, StepResult } from '../step-result.ts'

export interface NamesForDeps {
  clock: Clock
  customers: { queries: Pick<Customers['queries'], 'nameOf'> }
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
}

/** A new customer's nickname comes seconds after the add; what asks for it waits that long, not for ever. */
const NAME_PATIENCE_MS = 5 * MINUTE_MS
const NAME_RETRY_MS = 10 * SECOND_MS

type Later = Extract<StepResult, { kind: 'later' }>

/** The names that a template asks for, or when to try again. */
export const createNamesFor =
  ({ clock, customers, staff }: NamesForDeps) =>
  async (tx: Tx, template: string, context: StepContext): Promise<Names | Later> => {
    const { externalUserId, userId } = context.entry
    const customer = await customers.queries.nameOf(tx, externalUserId)
    const now = clock.now()
    if (customer === undefined && asksForCustomer(template) && now - context.reachedAtMs < NAME_PATIENCE_MS) {
      return { kind: 'later', outcome: '等客户昵称', atMs: now + NAME_RETRY_MS }
    }
    return { customer, guide: await staff.queries.nameOf(tx, userId) }
  }
