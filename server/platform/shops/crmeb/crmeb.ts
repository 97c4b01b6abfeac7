import { createHash } from 'node:crypto'
import { DAY_MS, MINUTE_MS, shanghaiParts } from '../../../core/kernel/shanghai.ts'
import type { Reading, ShopAccess, ShopConnection, ShopOrder, ShopPage, ShopWindow } from '../shop-connection.ts'
import { createCrmebApi } from './crmeb-api.ts'
import { type CrmebWhole, crmebOrder, firstSeenKeys, originOf, paidBack } from './crmeb-order.ts'
import { createCrmebPoints } from './crmeb-points.ts'
import { createCrmebPush } from './crmeb-push.ts'
import {
  CrmebOrder,
  CrmebOrders,
  type CrmebRefund,
  CrmebRefunds,
  CrmebUser,
  instantOf,
  numberOf,
  textOf,
} from './crmeb-shapes.ts'
import { spreadAsBefore } from './spread-refunds.ts'

const LIMIT = 100
/** Of one buyer; the parts of an order are among their newest. */
const MOST_PAGES_OF_BUYER = 5
/** A page shows its hundred whatever is asked: of most shops what has changed of the days before comes with it. */
const SHOWN_BEFORE_MS = 2 * DAY_MS
const ABILITIES = {
  push: true,
  pollBy: 'created',
  identity: 'phone',
  longestWindowMs: 31 * DAY_MS,
  readDelayMs: 0,
  gifts: ['points'],
} as const
const PARENT_WITHIN_MS = 10 * MINUTE_MS

/** CRMEB 标准版. Nobody pushes what is shipped, received or paid back, and lists know no time of change: orders are looked at by
 *  how they stand in the list, refunds by theirs. Source: shops.md §1 [1]. */
export function createCrmeb(access: ShopAccess): ShopConnection {
  const { clock, memory } = access
  const api = createCrmebApi(access)
  const detail = (orderId: string): Promise<CrmebOrder> =>
    api.get({ path: `/outapi/order/${encodeURIComponent(orderId)}`, name: '/outapi/order/{id}' }, CrmebOrder)
  const userOf = async (uid: string): Promise<CrmebUser['data']> => {
    const path = `/outapi/user/info/${encodeURIComponent(uid)}`
    return (await api.get({ path, name: '/outapi/user/info/{uid}' }, CrmebUser)).data
  }
  const refundsOf = async (orderId: string): Promise<CrmebRefund[]> => {
    const query = { order_id: orderId, page: 1, limit: LIMIT }
    const { list } = await api.get({ path: '/outapi/refund/list', query }, CrmebRefunds)
    return list.filter(({ order }) => textOf(order?.order_id) === orderId)
  }

  /** Parts have numbers of their own and say whose they are by a number that no interface takes. */
  async function partsOf(parent: CrmebOrder): Promise<CrmebOrder[]> {
    const found: CrmebOrder[] = []
    for (let page = 1; page <= MOST_PAGES_OF_BUYER; page++) {
      const query = { field_key: 'uid', real_name: textOf(parent.uid), page, limit: LIMIT }
      const { list } = await api.get({ path: '/outapi/order/list', query }, CrmebOrders)
      found.push(...list.filter(({ pid }) => textOf(pid) === textOf(parent.id)))
      if (list.length < LIMIT) break
    }
    const parts: CrmebOrder[] = []
    // The list is newest first; the goods stay in their order.
    for (const one of found.sort((a, b) => numberOf(a.id) - numberOf(b.id)))
      parts.push(await detail(textOf(one.order_id)))
    return parts
  }

  async function readOrder(orderId: string): Promise<Reading> {
    const readAtMs = clock.now()
    const order = await detail(orderId)
    await memory.put(new Map([[`id/${textOf(order.id)}`, textOf(order.order_id)]]))
    const pid = numberOf(order.pid)
    if (pid > 0) {
      const parent = (await memory.get([`id/${pid}`])).get(`id/${pid}`)
      if (parent !== undefined && parent !== orderId) return readOrder(parent)
      const again = await waitFor(order, readAtMs)
      if (again > 0) return { orders: [], again }
      // Of a parent that we never saw the parts are all there is.
      await memory.put(new Map([[aloneKey(order), '1']]))
      return { orders: [await whole(order, [], readAtMs)] }
    }
    const parts = pid === -1 ? await partsOf(order) : []
    const alone = parts.length === 0 ? undefined : await memory.get(parts.map(aloneKey))
    if (alone === undefined || alone.size === 0) return { orders: [await whole(order, parts, readAtMs)] }
    // They are taken already: with their parent the money would be there twice.
    const standing: ShopOrder[] = []
    for (const part of parts) standing.push(await whole(part, [], readAtMs))
    // Only what there is a record of: a mark on the parent may be about the parts' own.
    const refunds = numberOf(order.refund_status) > 0 ? paidBack(await refundsOf(orderId)) : []
    await memory.put(new Map(parts.map((part) => [aloneKey(part), '1'])))
    return { orders: await spreadAsBefore(memory, standing, refunds) }
  }

  async function whole(order: CrmebOrder, parts: readonly CrmebOrder[], readAtMs: number): Promise<ShopOrder> {
    const refunds: CrmebRefund[] = []
    for (const one of [order, ...parts]) {
      if (numberOf(one.refund_status) > 0) refunds.push(...(await refundsOf(textOf(one.order_id))))
    }
    const all = { order, parts, refunds }
    return crmebOrder(all, { readAtMs, seen: await firstSeen(all, readAtMs) })
  }

  /** How long a part waits for its parent, which may be about to be read: what was pushed of it waits as well while the shop is
   *  away. 0: no more, or it is of long ago. */
  async function waitFor(part: CrmebOrder, nowMs: number): Promise<number> {
    if ((instantOf(part.add_time) ?? 0) < nowMs - SHOWN_BEFORE_MS) return 0
    const key = `wait/${textOf(part.order_id)}`
    const since = (await memory.get([key])).get(key)
    if (since === undefined) await memory.put(new Map([[key, String(nowMs)]]))
    return Math.max(0, Number(since ?? nowMs) + PARENT_WITHIN_MS - nowMs)
  }

  /** Lists are looked at again and again: what stands there already is not written once more. */
  async function keepNumbers(list: readonly CrmebOrder[]): Promise<void> {
    const numbers = new Map(list.map((one) => [`id/${textOf(one.id)}`, textOf(one.order_id)]))
    const known = await memory.get([...numbers.keys()])
    const fresh = [...numbers].filter(([key]) => !known.has(key))
    if (fresh.length > 0) await memory.put(new Map(fresh))
  }

  async function firstSeen(whole: CrmebWhole, nowMs: number): Promise<ReadonlyMap<string, number>> {
    const keys = firstSeenKeys(whole)
    if (keys.length === 0) return new Map()
    const known = await memory.get(keys)
    const fresh = new Map(keys.filter((key) => !known.has(key)).map((key) => [key, String(nowMs)]))
    if (fresh.size > 0) await memory.put(fresh)
    return new Map(keys.map((key) => [key, Number(known.get(key) ?? fresh.get(key))]))
  }

  /** What was made since `fromMs` and whatever stands on the same pages, newest first, then refunds, page after page: `o2`, `r1`. */
  async function changedSince({ fromMs, toMs, page = 'o1' }: ShopWindow): Promise<ShopPage> {
    const days = `${day(fromMs - SHOWN_BEFORE_MS)}-${day(toMs)}`
    const at = Number(page.slice(1))
    if (page.startsWith('o')) {
      const { list } = await api.get(
        { path: '/outapi/order/list', query: { page: at, limit: LIMIT, data: days } },
        CrmebOrders,
      )
      await keepNumbers(list)
      const subjects = list.map((one) => ({ subject: `order/${textOf(one.order_id)}`, mark: markOf(one) }))
      const isEnd = list.length < LIMIT || list.every((one) => (instantOf(one.add_time) ?? fromMs) < fromMs)
      return { subjects, orders: [], next: isEnd ? 'r1' : `o${at + 1}` }
    }
    const query = { page: at, limit: LIMIT, time: days }
    const { list } = await api.get({ path: '/outapi/refund/list', query }, CrmebRefunds)
    const subjects = list.flatMap((one) => {
      const orderId = textOf(one.order?.order_id)
      return orderId === ''
        ? []
        : [{ subject: `order/${orderId}`, as: `refund/${textOf(one.order_id)}`, mark: refundMark(one) }]
    })
    return { subjects, orders: [], next: list.length < LIMIT ? undefined : `r${at + 1}` }
  }

  return {
    abilities: ABILITIES,
    verify: createCrmebPush(access),
    read: (subject) => readOrder(subject.split('/')[1] ?? ''),
    changedSince,
    identify: async (uid) => ({ phone: textOf((await userOf(uid)).phone) || undefined }),
    ...createCrmebPoints(api, userOf),
    probe: async () => {
      await api.get({ path: '/outapi/order/list', query: { page: 1, limit: 1 } }, CrmebOrders)
    },
    close: api.close,
  }
}

/** Split at `-` by the shop, so no ISO date; both days are included. */
function day(atMs: number): string {
  const { year, month, day: ofMonth } = shanghaiParts(atMs)
  return `${year}/${String(month).padStart(2, '0')}/${String(ofMonth).padStart(2, '0')}`
}

/** A part that was taken as an order of its own. */
const aloneKey = (part: CrmebOrder): string => `alone/${textOf(part.order_id)}`

const short = (value: unknown): string => createHash('sha1').update(JSON.stringify(value)).digest('hex')
const markOf = (one: CrmebOrder): string =>
  short([
    ...[one.pid, one.paid, one.status, one.pay_price, one.delivery_id].map(textOf),
    ...one.items.map((item) => [textOf(item.refund_num), textOf(item.surplus_num)]),
    // Nothing where the list does not tell it.
    ...Object.values(originOf(one)).filter((word) => word !== undefined),
  ])
const refundMark = (one: CrmebRefund): string =>
  short([textOf(one.refund_type), textOf(one.refunded_price), textOf(one.is_cancel)])
