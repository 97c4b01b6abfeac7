import type { Origin } from './origins.ts'
import type { ShopLine } from './wechat-shop.ts'

interface Item extends ShopLine {
  cartId: string
  refunded: number
}

export interface CrmebDoubleOrder {
  id: number
  /** 0: as it was ordered. -1: split into parts. Else the number of the order that it is a part of. */
  pid: number
  orderId: string
  uid: number
  payFen: number
  createdMs: number
  paidMs: number | undefined
  status: number
  refundStatus: number
  parcel: { number: string; company: string } | undefined
  items: Item[]
  origin: Origin
}

export interface CrmebDoubleRefund {
  refundId: string
  order: CrmebDoubleOrder
  fen: number
  atMs: number
  type: number
}

/** The orders of the double, with the indices that a shop's database has: a page of them costs no look at each one there is. */
export function createCrmebOrders() {
  const byNumber = new Map<string, CrmebDoubleOrder>()
  const byBuyer = new Map<number, CrmebDoubleOrder[]>()
  const byParent = new Map<number, CrmebDoubleOrder[]>()
  const newest: CrmebDoubleOrder[] = []

  function put(into: CrmebDoubleOrder[], order: CrmebDoubleOrder): void {
    // Nearly always the newest: only parts stand beside what they were taken from.
    let at = 0
    while (at < into.length && isNewer(into[at], order)) at += 1
    into.splice(at, 0, order)
  }

  return {
    add: (order: CrmebDoubleOrder): void => {
      byNumber.set(order.orderId, order)
      put(newest, order)
      put(listOf(byBuyer, order.uid), order)
      if (order.pid > 0) listOf(byParent, order.pid).push(order)
    },
    get: (orderId: string): CrmebDoubleOrder | undefined => byNumber.get(orderId),
    all: (): CrmebDoubleOrder[] => [...byNumber.values()],
    newestFirst: (): readonly CrmebDoubleOrder[] => newest,
    ofBuyer: (uid: number): readonly CrmebDoubleOrder[] => byBuyer.get(uid) ?? [],
    /** In the order of the goods. */
    partsOf: (parent: number): CrmebDoubleOrder[] => [...(byParent.get(parent) ?? [])],
  }
}
export type CrmebOrders = ReturnType<typeof createCrmebOrders>

/** Its refunds, in the order of time. */
export function createCrmebRefunds() {
  const all: CrmebDoubleRefund[] = []
  const byRefund = new Map<string, CrmebDoubleRefund>()
  const byOrder = new Map<CrmebDoubleOrder, CrmebDoubleRefund[]>()
  const byNumber = new Map<string, CrmebDoubleRefund[]>()
  return {
    all,
    add: (refund: CrmebDoubleRefund): void => {
      all.push(refund)
      byRefund.set(refund.refundId, refund)
      listOf(byOrder, refund.order).push(refund)
      listOf(byNumber, refund.order.orderId).push(refund)
    },
    ofOrder: (order: CrmebDoubleOrder): readonly CrmebDoubleRefund[] => byOrder.get(order) ?? [],
    /** By the order's number or their own. */
    numbered: (number: string): readonly CrmebDoubleRefund[] => {
      const own = byRefund.get(number)
      return own === undefined ? (byNumber.get(number) ?? []) : [own]
    },
    between: (fromMs: number, beforeMs: number): readonly CrmebDoubleRefund[] =>
      all.slice(
        firstWhere(all, ({ atMs }) => atMs >= fromMs),
        firstWhere(all, ({ atMs }) => atMs >= beforeMs),
      ),
  }
}
export type CrmebRefunds = ReturnType<typeof createCrmebRefunds>

/** Those of `newestFirst` that were made between these instants, the second not included. */
export const madeBetween = (
  newestFirst: readonly CrmebDoubleOrder[],
  fromMs: number,
  beforeMs: number,
): readonly CrmebDoubleOrder[] =>
  newestFirst.slice(
    firstWhere(newestFirst, ({ createdMs }) => createdMs < beforeMs),
    firstWhere(newestFirst, ({ createdMs }) => createdMs < fromMs),
  )

/** Where the first stands for which it holds, when it holds for all behind it. */
function firstWhere<One>(list: readonly One[], holds: (one: One) => boolean): number {
  let [from, to] = [0, list.length]
  while (from < to) {
    const middle = (from + to) >> 1
    const one = list[middle]
    if (one !== undefined && holds(one)) to = middle
    else from = middle + 1
  }
  return from
}

const isNewer = (one: CrmebDoubleOrder | undefined, than: CrmebDoubleOrder): boolean =>
  one !== undefined && (one.createdMs - than.createdMs || one.id - than.id) > 0

function listOf<Key, One>(lists: Map<Key, One[]>, key: Key): One[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
