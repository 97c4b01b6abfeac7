import { givenNames } from '../customers/given-customer.ts'
import { type PhoneHash, phoneDigits } from '../customers/phone-hash.ts'
import type { OrderMessage } from './order-body.ts'
import type { OrderKeys } from './order-store.ts'

/** By what a message says whose the order is, as it is stored. */
export function orderKeys(customer: OrderMessage['customer'], phoneHash: PhoneHash): OrderKeys {
  const digits = customer.phone === undefined ? undefined : phoneDigits(customer.phone)
  return {
    ...givenNames(customer, phoneHash),
    ...{ phone_tail: digits?.slice(-4) ?? null, shop_user_id: customer.shopUserId ?? null },
  }
}
