import type { Row } from '../server/core/db/tx.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import type { Ground, Place } from './populate-place.ts'

const REASON = JSON.stringify({
  text: '首单后复购：下过一单，喜欢西冷',
  rule: { kind: 'sop', name: 'after-first-order', version: 'a1b2c3d4' },
  facts: { 'orders.paid.count': 1, channel: '包裹卡' },
})
const LINES = ['来到「包裹卡」', '打标签 来源/包裹卡', '已发送欢迎语', '进了付费群', '导购发了话术', '付了一单']
const PRODUCTS = ['原切西冷牛排 200g', '菲力牛排 180g', '眼肉牛排 250g', '儿童牛排 100g', '黑椒酱']

/** Three tags each. */
export function tagRows(place: Place, { tagIds }: Ground): Row[] {
  const first = place.random('tag').int(tagIds.length)
  return [0, 1, 2].map((step) => ({
    external_userid: place.id,
    userid: place.guide,
    tag_id: tagIds[(first + step * 5) % tagIds.length] ?? '',
    set_by: step === 0 ? 'guide' : 'rule',
    set_reason: step === 0 ? null : REASON,
    set_at: place.addedAtMs,
  }))
}

export const welcomeRow = (place: Place): Row => ({
  external_userid: place.id,
  userid: place.guide,
  added_at: place.addedAtMs,
  received_at: place.addedAtMs,
  code_hash: null,
  rule: '包裹卡欢迎语',
  version: 'a1b2c3d4',
  state: 'sent',
  reason: '渠道「包裹卡」指定的欢迎语',
  sent_at: place.addedAtMs + 900,
  latency_ms: 900,
})

/** The welcome, and for two of three customers a mass-send of the last two months. */
export function touchRows(place: Place, { nowMs }: Ground): Row[] {
  const row = (kind: string, at: number): Row => ({
    source_key: `bench:${kind}:${place.id}`,
    external_userid: place.id,
    userid: place.guide,
    kind,
    at,
  })
  const random = place.random('touch')
  const welcome = row('welcome', place.addedAtMs + 900)
  return random.int(3) === 0 ? [welcome] : [welcome, row('send', nowMs - random.int(60 * DAY_MS))]
}

/** Every fifth customer waits in a journey for weeks to come, so that nothing becomes due while we measure. */
export function journeyRows(place: Place, { sopVersion, nowMs }: Ground): Row[] {
  if (sopVersion === undefined || place.random('journey').int(5) > 0) return []
  return [
    {
      sop: 'new-customer-first-order',
      version: sopVersion,
      external_userid: place.id,
      userid: place.guide,
      entry_key: `bench:${place.id}`,
      state: 'active',
      position: '7',
      due_at: nowMs + 30 * DAY_MS,
      entered_at: place.addedAtMs,
    },
  ]
}

export const timelineRow = (place: Place, line: number): Row => ({
  dedupe_key: `bench:${line}:${place.id}`,
  external_userid: place.id,
  userid: place.guide,
  at: place.addedAtMs + line * 60_000,
  kind: 'tag.changed',
  body: LINES[line % LINES.length] ?? '',
  reason: line % 2 === 0 ? null : REASON,
})

export const MOST_ORDERS = 12

/** Which of a customer's orders, `from` included, `to` not. */
export interface OrderRange {
  from: number
  to: number
}

/** Every fifth customer bought, once to twelve times. */
function ordersOf(place: Place, { from, to }: OrderRange): number[] {
  const random = place.random('orders')
  const all = random.int(5) === 0 ? 1 + random.int(MOST_ORDERS) : 0
  return Array.from({ length: Math.max(0, Math.min(all, to) - from) }, (_, n) => from + n)
}

const orderIdOf = (place: Place, { firstOrderId }: Ground, nth: number): number =>
  firstOrderId + place.n * MOST_ORDERS + nth

export const orderRows = (place: Place, ground: Ground, range: OrderRange): Row[] =>
  ordersOf(place, range).map((nth) => {
    const random = place.random(`order${nth}`)
    const createdAtMs = place.addedAtMs + Math.floor(((nth + 1) * (ground.nowMs - place.addedAtMs)) / (MOST_ORDERS + 2))
    const isRefunded = random.int(20) === 0
    return {
      id: orderIdOf(place, ground, nth),
      order_id: `bench-${place.n}-${nth}`,
      status: isRefunded ? 'refunded' : 'paid',
      total_fen: 5_900 + random.int(40_000),
      source: 'bench',
      external_userid: place.id,
      matched_by: 'externalUserId',
      given_external_userid: place.id,
      created_at: createdAtMs,
      paid_at: createdAtMs + 60_000,
      refunded_at: isRefunded ? createdAtMs + DAY_MS : null,
      has_items: 1,
    }
  })

/** One to three lines an order. */
export const itemRows = (place: Place, ground: Ground, range: OrderRange): Row[] =>
  ordersOf(place, range).flatMap((nth) => {
    const random = place.random(`items${nth}`)
    return Array.from({ length: 1 + random.int(3) }, (_, line) => {
      const product = random.int(PRODUCTS.length)
      return {
        shop_order_id: orderIdOf(place, ground, nth),
        line_no: line,
        sku: `sku-${product}`,
        name: PRODUCTS[product] ?? '',
        quantity: 1 + random.int(2),
        price_fen: 5_900,
        category: '牛排',
      }
    })
  })
