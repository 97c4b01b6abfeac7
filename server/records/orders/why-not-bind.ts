import { DAY_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { StoredOrder } from './order-store.ts'

/** What a customer can know of an order that is hers, besides its number. */
export interface Proof {
  /** Last four digits of the phone of the order. */
  phoneTail?: string | undefined
  /** What was paid, in fen, and on which Shanghai day: `2026-11-20`. */
  paid?: { fen: number; on: string } | undefined
}

/** Whom the order and the customer are known to be. */
export interface Persons {
  externalUserId: string
  /** Of the customer, by WeCom and by the orders that are theirs: two of one person are never made by us. */
  unionIds: readonly string[]
  /** Whose the union id of the order is, and whose its phone. */
  ofUnionId: readonly string[]
  ofPhone: readonly string[]
}

/** `no-fit`: not there, another's, or not proven, which are not told apart: nobody finds out by trying. */
export type NoBind = 'no-fit' | 'other-person'

type Bindable = Pick<
  StoredOrder,
  'external_userid' | 'given_external_userid' | 'given_unionid' | 'phone_tail' | 'total_fen' | 'paid_at' | 'created_at'
>

/** Why an order may not be given to a customer who told its number; undefined: it may. `isNameless`: its goods have no names any
 *  more, because whoever bought them was erased. */
export function whyNotBind(
  order: Bindable,
  { proof, persons, isNameless }: { proof: Proof; persons: Persons; isNameless: boolean },
): NoBind | undefined {
  if (order.external_userid !== null || isNameless || !isProven(order, proof)) return 'no-fit'
  const { externalUserId, unionIds, ofUnionId, ofPhone } = persons
  const { given_external_userid: given, given_unionid: unionId } = order
  if (given !== null && given !== externalUserId) return 'other-person'
  if (unionId !== null && unionIds.length > 0 && !unionIds.includes(unionId)) return 'other-person'
  const isOthers = (owners: readonly string[]): boolean => owners.length > 0 && !owners.includes(externalUserId)
  return isOthers(ofUnionId) || isOthers(ofPhone) ? 'other-person' : undefined
}

/** Every thing that was said must be so, and one must have been said. */
function isProven(order: Bindable, { phoneTail, paid }: Proof): boolean {
  if (phoneTail === undefined && paid === undefined) return false
  if (phoneTail !== undefined && order.phone_tail !== phoneTail) return false
  return paid === undefined || (paid.fen === order.total_fen && isOn(order.paid_at ?? order.created_at, paid.on))
}

function isOn(atMs: number, day: string): boolean {
  const fromMs = startOfShanghaiDay(Date.parse(`${day}T12:00:00+08:00`))
  return atMs >= fromMs && atMs < fromMs + DAY_MS
}

/** Of refused tries within a day. */
export interface Tries {
  byGuide: number
  forCustomer: number
  ofOrder: number
}
const MOST: Tries = { byGuide: 10, forCustomer: 5, ofOrder: 5 }

/** Four digits are soon tried out. */
export const isTriedTooOften = (tries: Tries): boolean =>
  (Object.keys(MOST) as (keyof Tries)[]).some((of) => tries[of] >= MOST[of])
