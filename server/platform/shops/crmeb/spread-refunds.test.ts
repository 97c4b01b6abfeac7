import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSeededRandom } from '../../../../sandbox/random.ts'
import { createCrmebDouble } from '../../../../sandbox/shops/crmeb.ts'
import { KIND } from '../../../../sandbox/shops/manners.ts'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { ShopConnection, ShopOrder } from '../shop-connection.ts'
import { createMemory } from '../testing/memory.ts'
import { openShopServer } from '../testing/shop-server.ts'
import { createCrmeb } from './crmeb.ts'
import { spreadRefunds } from './spread-refunds.ts'

/** Money paid back on the number of an order whose parts are taken as orders of their own. */

const lines = [
  { sku: 'A', name: '牛排', quantity: 1, priceFen: 12_800 },
  { sku: 'B', name: '礼盒', quantity: 2, priceFen: 58_800 },
]
const clock = createSettableClock('2026-11-28T10:00:00+08:00')
let double: ReturnType<typeof createCrmebDouble>
let server: Awaited<ReturnType<typeof openShopServer>>
let shop: ShopConnection
beforeEach(async () => {
  clock.set(Date.parse('2026-11-28T10:00:00+08:00'))
  double = createCrmebDouble({ clock, target: () => undefined, manners: KIND })
  server = await openShopServer(double.handle)
  const { appid, secret, pushAccount, pushPassword } = double.account
  shop = createCrmeb({
    ...{ account: appid, kdtId: undefined, api: server.url, clock, memory: createMemory(), onCall: () => undefined },
    secrets: { secret, push_account: pushAccount, push_password: pushPassword, event_secret: 'of-the-hook-0000' },
    shared: undefined,
  })
})
afterEach(() => server.close())

/** Two parts that stand alone: their parent never came. */
async function standingAlone() {
  const parent = double.buy({ uid: 77, lines })
  double.pay(parent)
  double.shipPart(parent, { number: 'SF1', company: '顺丰' })
  const parts = double.orders().flatMap(({ pid, orderId }) => (pid > 0 ? orderId : []))
  await shop.read(`order/${parts[0]}`)
  clock.advance(10 * MINUTE_MS)
  await shop.read(`order/${parts[0]}`)
  return { parent, parts }
}
const backOf = (refunds: ShopOrder['refunds']): number => (refunds ?? []).reduce((sum, { fen }) => sum + fen, 0)

it('stands alone with what is paid back on its parent’s number, of which the shop marks no part', async () => {
  const { parent, parts } = await standingAlone()
  const standing = async () =>
    (await shop.read(`order/${parent}`)).orders.map(({ orderId, status, refunds }) => [
      ...[orderId, status],
      refunds?.map(({ fen }) => fen),
    ])
  expect(await standing()).toEqual([
    [parts[0], 'paid', []],
    [parts[1], 'paid', []],
  ])
  // More than the first part cost.
  double.refundParent(parent, 20_000)
  const partly = [
    [parts[0], 'refunded', [12_800]],
    [parts[1], 'paid', [7_200]],
  ]
  expect(await standing()).toEqual(partly)
  expect(await standing()).toEqual(partly)
  // Whichever part is told of, its parent is read.
  expect((await shop.read(`order/${parts[1]}`)).orders.map(({ status }) => status)).toEqual(['refunded', 'paid'])
  double.refundParent(parent, 110_400)
  expect(await standing()).toEqual([
    [parts[0], 'refunded', [12_800]],
    [parts[1], 'refunded', [7_200, 110_400]],
  ])
})

it('takes a mark of its parent that nothing was recorded for as saying nothing of its parts', async () => {
  const { parent, parts } = await standingAlone()
  double.refund(parts[0] ?? '')
  for (const one of double.orders()) if (one.orderId === parent) one.refundStatus = 2
  const { orders } = await shop.read(`order/${parent}`)
  expect(orders.map(({ status, refunds }) => [status, backOf(refunds)])).toEqual([
    ['refunded', 12_800],
    ['paid', 0],
  ])
})

it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'gives back in all parts together what was paid back, whatever was read when (%i)',
  async (seed) => {
    const { parent, parts } = await standingAlone()
    const random = createSeededRandom(seed)
    /** What is stored of each: what was read of it last. */
    const stored = new Map<string, ShopOrder>()
    const reading = async (): Promise<void> => {
      const { orders } = await shop.read(`order/${random.pick([parent, ...parts])}`)
      for (const order of orders) stored.set(order.orderId, order)
    }
    let left = new Map([
      [parts[0] ?? '', 12_800],
      [parts[1] ?? '', 117_600],
    ])
    let leftInAll = 130_400
    for (let step = 0; step < 12; step++) {
      clock.advance(MINUTE_MS)
      const fen = Math.min(100 + random.int(29_900), leftInAll)
      const part = random.pick(parts)
      const ofPart = Math.min(fen, left.get(part) ?? 0)
      // Some of them before anybody reads again.
      if (random.int(3) === 0 && fen > 0) {
        double.refundParent(parent, fen)
        leftInAll -= fen
      } else if (ofPart > 0 && ofPart <= leftInAll) {
        double.refund(part, ofPart)
        left = new Map([...left, [part, (left.get(part) ?? 0) - ofPart]])
        leftInAll -= ofPart
      }
      if (random.int(2) === 0) await reading()
    }
    await reading()
    const real = double.refunds().reduce((sum, one) => sum + one.fen, 0)
    expect([...stored.values()].reduce((sum, { refunds }) => sum + backOf(refunds), 0)).toBe(real)
    for (const { totalFen, refunds } of stored.values()) expect(backOf(refunds)).toBeLessThanOrEqual(totalFen)
  },
)

it('keeps what was paid back on its parent where it is once, in whatever order the shop lists it', async () => {
  const part = (orderId: string, totalFen: number, own: number): ShopOrder => ({
    ...{ orderId, version: 1, status: 'paid', totalFen, items: [], buyer: {} },
    refunds: own === 0 ? [] : [{ refundId: `of ${orderId}`, fen: own }],
  })
  const first = { refundId: 'tk1', fen: 9_000, at: 1 }
  const second = { refundId: 'tk2', fen: 3_000, at: 2 }
  const before = spreadRefunds([part('a', 10_000, 4_000), part('b', 20_000, 0)], [first], new Map())
  expect([...before.shares]).toEqual([
    ['spread/tk1/a', 6_000],
    ['spread/tk1/b', 3_000],
  ])
  // The shop says now that less came back of a itself.
  const after = spreadRefunds([part('a', 10_000, 1_000), part('b', 20_000, 0)], [second, first], before.shares)
  expect([...after.shares]).toEqual([...before.shares, ['spread/tk2/a', 3_000]])
  // And of b all but a thousand by itself: what it has no money for any more goes on.
  const last = spreadRefunds([part('a', 10_000, 0), part('b', 20_000, 19_000)], [first, second], after.shares)
  expect([...last.shares]).toEqual([
    ['spread/tk1/a', 7_000],
    ['spread/tk1/b', 1_000],
    ['spread/tk2/a', 3_000],
  ])
  expect(last.orders.map(({ refunds, status }) => [status, backOf(refunds)])).toEqual([
    ['refunded', 10_000],
    ['refunded', 20_000],
  ])
})
