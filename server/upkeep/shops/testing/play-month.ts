import { createSeededRandom } from '../../../../sandbox/random.ts'
import type { ShopLine } from '../../../../sandbox/shops/wechat-shop.ts'
import { HOUR_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import type { TestApp } from '../../../testing/build-test-app.ts'

const GOODS: readonly ShopLine[] = [
  { sku: 'NP-XL-200', name: '原切西冷牛排', quantity: 1, priceFen: 12_800 },
  { sku: 'NP-FL-150', name: '原切菲力牛排', quantity: 2, priceFen: 16_800 },
  { sku: 'NP-LB-588', name: '家庭月度礼盒', quantity: 1, priceFen: 58_800 },
]
/** Steps of a quarter of a day. */
const STEPS = 30 * 4

/** What people can do at any shop. */
export interface ShopPeople {
  buy(buyer: number, lines: readonly ShopLine[]): string
  pay(orderId: string): void
  cancel?(orderId: string): void
  ship(orderId: string, parcel: { number: string; company: string }): void
  sign(orderId: string): void
  refund(orderId: string, fen?: number): void
}

/** A month of a shop's life, `orders` of them, quarter of a day after quarter; afterwards a quiet day in which what was lost is found. */
export async function playMonth(
  t: TestApp,
  people: ShopPeople,
  { orders, seed }: { orders: number; seed: number },
): Promise<void> {
  const random = createSeededRandom(seed)
  const open: { orderId: string; next: 'pay' | 'ship' | 'sign' | 'refund' | 'part' }[] = []
  let made = 0
  const step = (one: (typeof open)[number]): boolean => {
    const { orderId, next } = one
    const draw = random.int(100)
    if (next === 'pay') {
      if (draw < 10) {
        people.cancel?.(orderId)
        return false
      }
      people.pay(orderId)
      one.next = 'ship'
    } else if (next === 'ship') {
      if (draw < 8) {
        people.refund(orderId)
        return false
      }
      people.ship(orderId, { number: `SF${orderId.slice(-13)}`, company: '顺丰速运' })
      one.next = 'sign'
    } else if (next === 'sign') {
      people.sign(orderId)
      if (draw > 14) return false
      one.next = draw < 7 ? 'part' : 'refund'
    } else {
      people.refund(orderId, next === 'part' ? 1_500 : undefined)
      one.next = 'refund'
      return next === 'part' && draw < 30
    }
    return true
  }
  for (let at = 0; at < STEPS; at++) {
    const wanted = Math.ceil((orders * (at + 1)) / STEPS) - made
    for (let n = 0; n < wanted; n++) {
      const orderId = people.buy(random.int(30), [random.pick(GOODS), random.pick(GOODS)].slice(0, 1 + random.int(2)))
      open.push({ orderId, next: 'pay' })
      made += 1
    }
    // Time passes between two changes of one order, as little as it may be.
    t.clock.advance(SECOND_MS)
    for (let n = open.length - 1; n >= 0; n--) {
      const one = open[n]
      if (one !== undefined && random.int(100) < 60 && !step(one)) open.splice(n, 1)
    }
    await pass(t, 6 * HOUR_MS)
  }
}

/** Moves the clock and does what shops are about, and nothing else: a month has many seconds. */
export async function pass(t: TestApp, ms: number): Promise<void> {
  t.clock.advance(ms)
  await t.sandbox.shops.settle()
  const jobs = t.huoshui.capabilities.flatMap((one) => one.jobs ?? []).filter(({ name }) => name.startsWith('shops.'))
  for (const job of jobs.reverse()) await job.run()
}

/** Until nothing is left to be read; seconds of the shop's own pace. */
export async function untilRead(t: TestApp): Promise<void> {
  for (let n = 0; n < 2_000; n++) {
    await pass(t, 10 * SECOND_MS)
    const [waiting] = await t.rawRows<{ n: number }>("SELECT COUNT(*) AS n FROM shop_hint WHERE state = 'new'")
    if (Number(waiting?.n) === 0 && n > 30) return
  }
  throw new Error('the shop is not read to its end')
}
