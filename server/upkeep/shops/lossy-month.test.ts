import { afterEach, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts'
import type { CrmebDouble } from '../../../sandbox/shops/crmeb.ts'
import { KIND, UNKIND } from '../../../sandbox/shops/manners.ts'
import type { DoubleOrder } from '../../../sandbox/shops/wechat-shop.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { pass, playMonth, untilRead } from './testing/play-month.ts'
import { CRMEB, shopEnv, WECHAT_SHOP, YOUZAN } from './testing/shop-env.ts'

/** `SHOP_ORDERS=10000 npx vitest run server/upkeep/shops/lossy-month.test.ts`; of every run as many as a minute bears. */
const OF_A_MINUTE = process.env.TEST_MYSQL_URL === undefined ? [300, 100] : [60, 20]
const [ORDERS = 0, FEWER = 0] =
  process.env.SHOP_ORDERS === undefined ? OF_A_MINUTE : Array(2).fill(Number(process.env.SHOP_ORDERS))

let t: TestApp
let sandbox: Sandbox
afterEach(async () => {
  await t.close()
  await sandbox.close()
})

async function open(config: Record<string, string>): Promise<void> {
  const clock = createSettableClock('2026-10-22T09:00:00+08:00')
  sandbox = createSandbox({ clock, retryDelaysMs: [5, 10], shopManners: UNKIND, seed: 7 })
  await sandbox.listen()
  t = await buildTestApp({ config, platform: { sandbox, clock }, env: shopEnv(sandbox) })
}

/** Our tables, as one line an order. */
async function ours(): Promise<string[]> {
  const orders = await t.rawRows<{
    id: number
    order_id: string
    status: string
    total_fen: number
    refunded_fen: number
    shipped_at: number | null
    signed_at: number | null
  }>('SELECT id, order_id, status, total_fen, refunded_fen, shipped_at, signed_at FROM shop_order ORDER BY order_id')
  const items = await t.rawRows<{ shop_order_id: number; n: number; fen: number }>(
    'SELECT shop_order_id, COUNT(*) AS n, SUM(quantity * price_fen) AS fen FROM shop_order_item GROUP BY shop_order_id',
  )
  const parcels = await t.rawRows<{ shop_order_id: number; number: string }>(
    'SELECT shop_order_id, number FROM shop_order_parcel',
  )
  const words = await t.rawRows<{ shop_order_id: number; word: string }>(
    'SELECT shop_order_id, word FROM shop_order_origin ORDER BY shop_order_id, part',
  )
  const wordsOf = groupBy(words, (one) => one.shop_order_id)
  const itemsOf = new Map(items.map((one) => [one.shop_order_id, `${one.n} ${one.fen}`]))
  const parcelOf = new Map(parcels.map((one) => [one.shop_order_id, one.number]))
  return orders.map((one) =>
    [
      one.order_id,
      one.status,
      one.total_fen,
      one.refunded_fen,
      itemsOf.get(one.id),
      parcelOf.get(one.id) ?? '-',
      one.shipped_at === null ? '' : 'shipped',
      one.signed_at === null ? '' : 'signed',
      ...(wordsOf.get(one.id) ?? []).map(({ word }) => word),
    ].join(' '),
  )
}

/** What the shop says of where an order came from, in the order of our parts: campaign, scene, staff, store. */
const said = (words: readonly (number | string | null | undefined)[]): string[] =>
  words.flatMap((word) => (word === undefined || word === null || word === '' ? [] : [String(word)]))
const SCENES: Record<number, string> = { 2: '直播间', 3: '短视频', 5: '商品橱窗主页' }
const CHANNELS: Record<number, string> = { 0: '公众号', 1: '小程序', 4: 'APP' }

const STATUS: Record<number, string> = {
  10: 'created',
  20: 'paid',
  30: 'paid',
  100: 'paid',
  200: 'refunded',
  250: 'closed',
}

const theirs = (orders: readonly DoubleOrder[]): string[] =>
  orders
    .map((one) =>
      [
        one.orderId,
        STATUS[one.status],
        one.totalFen,
        one.aftersales.reduce((sum, { fen }) => sum + fen, 0),
        `${one.lines.length} ${one.lines.reduce((sum, line) => sum + line.quantity * line.priceFen, 0)}`,
        one.parcels[0]?.number ?? '-',
        one.parcels.length > 0 ? 'shipped' : '',
        one.signedMs === undefined ? '' : 'signed',
        ...said([SCENES[Number(one.origin.scene)], one.origin.staff]),
      ].join(' '),
    )
    .sort()

it(`a lossy month of 微信小店 with ${ORDERS} orders ends with our tables equal to the shop’s`, async () => {
  await open(WECHAT_SHOP)
  const { wechat } = sandbox.shops
  const unionOf = (buyer: number): string => `oUNION${String(buyer).padStart(20, '0')}`
  await playMonth(
    t,
    { ...wechat, buy: (buyer, lines) => wechat.buy({ unionId: unionOf(buyer), lines }) },
    { orders: ORDERS, seed: 3 },
  )
  wechat.setManners(KIND)
  await untilRead(t)
  await pass(t, DAY_MS)
  await untilRead(t)
  expect(await ours()).toEqual(theirs(wechat.orders()))
  expect(wechat.pushLog().lost).toBeGreaterThan(ORDERS / 10)
  expect(await t.rawRows("SELECT subject FROM shop_hint WHERE state = 'dead'")).toEqual([])
}, 1_800_000)

/** An order that fell apart into parts is one order still. */
function theirsAtCrmeb(crmeb: CrmebDouble): string[] {
  const all = crmeb.orders()
  return all
    .filter(({ pid }) => pid <= 0)
    .map((order) => {
      const ones = order.pid === -1 ? all.filter(({ pid }) => pid === order.id) : [order]
      const parcels = ones.flatMap(({ parcel }) => parcel ?? [])
      const back = crmeb.refunds().filter((one) => one.order === order || ones.includes(one.order))
      const isAllBack = order.refundStatus === 2 || ones.every(({ refundStatus }) => refundStatus === 2)
      return [
        order.orderId,
        order.paidMs === undefined ? 'created' : isAllBack ? 'refunded' : 'paid',
        order.payFen,
        back.reduce((sum, { fen }) => sum + fen, 0),
        `${order.items.length} ${order.items.reduce((sum, item) => sum + item.quantity * item.priceFen, 0)}`,
        parcels[0]?.number ?? '-',
        parcels.length > 0 ? 'shipped' : '',
        parcels.length > 0 && ones.every(({ status }) => status === 2) ? 'signed' : '',
        ...said([
          order.origin.campaign && `秒杀 ${order.origin.campaign}`,
          typeof order.origin.scene === 'number' ? CHANNELS[order.origin.scene] : undefined,
          order.origin.staff,
          order.origin.store,
        ]),
      ].join(' ')
    })
    .sort()
}

it(`a lossy month of CRMEB with ${FEWER} orders ends with our tables equal to the shop’s`, async () => {
  await open(CRMEB)
  const { crmeb } = sandbox.shops
  await playMonth(
    t,
    {
      ...crmeb,
      buy: (buyer, lines) => crmeb.buy({ uid: buyer + 1, lines }),
      ship: (orderId, parcel) => (orderId.endsWith('5') ? crmeb.shipPart : crmeb.ship)(orderId, parcel),
    },
    { orders: FEWER, seed: 3 },
  )
  crmeb.setManners(KIND)
  await untilRead(t)
  await pass(t, DAY_MS)
  await untilRead(t)
  expect(await ours()).toEqual(theirsAtCrmeb(crmeb))
  expect(await t.rawRows("SELECT subject FROM shop_hint WHERE state = 'dead'")).toEqual([])
}, 1_800_000)

const YOUZAN_STATUS: Record<string, string> = { WAIT_BUYER_PAY: 'created', TRADE_CLOSED: 'closed' }

it(`a lossy month of 有赞 with ${FEWER} orders ends with our tables equal to the shop’s`, async () => {
  await open(YOUZAN)
  const { youzan } = sandbox.shops
  await playMonth(
    t,
    { ...youzan, buy: (buyer, lines) => youzan.buy({ openId: `yz${buyer}`, lines }) },
    { orders: FEWER, seed: 3 },
  )
  youzan.setManners(KIND)
  await untilRead(t)
  await pass(t, DAY_MS)
  await untilRead(t)
  const expected = youzan
    .orders()
    .map((one) =>
      [
        one.tid,
        one.refundState === 12 ? 'refunded' : (YOUZAN_STATUS[one.status] ?? 'paid'),
        one.totalFen,
        one.refunds.reduce((sum, { fen }) => sum + fen, 0),
        `${one.lines.length} ${one.lines.reduce((sum, line) => sum + line.quantity * line.priceFen, 0)}`,
        one.parcel?.number ?? '-',
        one.shippedMs === undefined ? '' : 'shipped',
        one.doneMs === undefined ? '' : 'signed',
        ...said([one.origin.campaign, one.origin.scene, one.origin.staff, one.origin.store]),
      ].join(' '),
    )
    .sort()
  expect(await ours()).toEqual(expected)
  expect(await t.rawRows("SELECT subject FROM shop_hint WHERE state = 'dead'")).toEqual([])
}, 1_800_000)
