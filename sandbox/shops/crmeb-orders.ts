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

const isNewer = (one: CrmebDoubleOrder | undefined, than: CrmebDoubleOrder): boolean =>
  one !== undefined && (one.createdMs - than.createdMs || one.id - than.id) > 0

function listOf(lists: Map<number, CrmebDoubleOrder[]>, key: number): CrmebDoubleOrder[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
