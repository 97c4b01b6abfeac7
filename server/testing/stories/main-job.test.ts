import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { demoShopEnv } from '../../../sandbox/credentials.ts'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { KIND } from '../../../sandbox/shops/manners.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../build-test-app.ts'

/** The main job of the product with the shipped rules: from a scan to the right group. */
let t: TestApp
beforeEach(async () => {
  const clock = createSettableClock('2026-11-22T10:00:00+08:00')
  const sandbox = createSandbox({ clock, preset: 'brand', retryDelaysMs: [5, 10], shopManners: KIND })
  await sandbox.listen()
  t = await buildTestApp({ config: 'brand', platform: { sandbox, clock }, env: demoShopEnv(sandbox.url) })
  // Boot jobs: codes, tags, media, join ways, first sync.
  for (let minute = 0; minute < 3; minute++) await t.advance(MINUTE_MS)
})
afterEach(async () => {
  await t.close()
  await t.sandbox.close()
})

const textsTo = (externalUserId: string): string[] =>
  t.sandbox.messagesOf(externalUserId).map((message) => JSON.stringify(message))

const openInvitations = (externalUserId: string) =>
  t.rawRows<{ pool: string; state: string }>(
    'SELECT pool, state FROM invitation WHERE external_userid = ? ORDER BY id',
    [externalUserId],
  )

const ordersOf = (externalUserId: string) =>
  t.rawRows<{ status: string; refunded: number; parcels: number; category: string }>(
    `SELECT o.status, o.refunded_fen AS refunded, i.catalog_category AS category,
            (SELECT COUNT(*) FROM shop_order_parcel p WHERE p.shop_order_id = o.id) AS parcels
     FROM shop_order o JOIN shop_order_item i ON i.shop_order_id = o.id WHERE o.external_userid = ? ORDER BY o.id`,
    [externalUserId],
  )
/** What the shop pushes is read within a second, and what follows is done in the next. */
const afterPush = async (): Promise<void> => {
  for (let second = 0; second < 3; second++) await t.advance(SECOND_MS)
}

describe('from a scan to the right group', () => {
  it('welcomes, tags, invites to 科普群, sees the payment, invites to 付费群', async () => {
    const { externalUserId } = await t.sandbox.scan({ state: 'package-card', name: '小满' })
    await t.settle()
    expect(t.sandbox.calls('send_welcome_msg').filter((call) => call.errcode === 0)).toHaveLength(1)
    const welcome = textsTo(externalUserId)
    expect(welcome.join('')).toMatch(/牧野|牛排/)
    await t.advance(MINUTE_MS)
    const tags = await t.rawRows<{ name: string }>(
      'SELECT c.tag_name AS name FROM follow_tag f JOIN corp_tag c ON c.tag_id = f.tag_id WHERE f.external_userid = ?',
      [externalUserId],
    )
    expect(tags.map((tag) => tag.name)).toContain('包裹卡')

    expect(await openInvitations(externalUserId)).toMatchObject([{ pool: '科普群', state: 'open' }])
    const way = await t.rawRows<{ state: string }>("SELECT state FROM join_way WHERE pool = '科普群'")
    await t.sandbox.joinGroup({ externalUserId, state: way[0]?.state ?? '' })
    await t.advance(5_000)
    expect(await openInvitations(externalUserId)).toMatchObject([{ pool: '科普群', state: 'joined' }])

    const { orderId } = t.sandbox.buy({ externalUserId, sku: 'NP-XL-200' })
    t.sandbox.moveOrder({ orderId, does: 'pay' })
    await afterPush()
    expect(await openInvitations(externalUserId)).toMatchObject([{ pool: '科普群' }, { pool: '付费群', state: 'open' }])
    const tasks = (await t.tasksAbout(externalUserId)).filter((task) => task.state === 'open')
    expect(tasks.map((task) => task.title).join('')).toMatch(/付费群/)
    expect(await ordersOf(externalUserId)).toMatchObject([{ status: 'paid', category: '西冷' }])
    await t.advance(MINUTE_MS)
    t.sandbox.moveOrder({ orderId, does: 'ship' })
    t.sandbox.moveOrder({ orderId, does: 'refund', fen: 1_500 })
    await afterPush()
    expect(await ordersOf(externalUserId)).toMatchObject([{ status: 'paid', refunded: 1_500, parcels: 1 }])
    await t.advance(HOUR_MS)
    const lines = await t.timelineOf(externalUserId)
    expect(lines.length).toBeGreaterThan(5)
  })

  it('finds what was bought before the shop was connected, and an order of which no push came', async () => {
    for (let second = 0; second < 20; second++) await t.advance(SECOND_MS)
    const before = t.sandbox.shops.wechat.orders()
    const stored = await t.rawRows<{ n: number; buyers: number }>(
      'SELECT COUNT(*) AS n, COUNT(DISTINCT external_userid) AS buyers FROM shop_order',
    )
    expect(stored).toMatchObject([{ n: before.length, buyers: new Set(before.map(({ unionId }) => unionId)).size }])

    const { externalUserId } = await t.sandbox.scan({ state: 'package-card', name: '小满' })
    await t.settle()
    t.sandbox.setShopManners({ lost: 1 })
    t.sandbox.moveOrder({ ...t.sandbox.buy({ externalUserId, sku: 'NP-XL-200' }), does: 'pay' })
    await afterPush()
    expect(await ordersOf(externalUserId)).toEqual([])
    await t.advance(MINUTE_MS)
    await afterPush()
    expect(await ordersOf(externalUserId)).toMatchObject([{ status: 'paid' }])
  })

  it('takes 50 customers scanned in one second, each callback four times and shuffled, as 50 customers', async () => {
    t.sandbox.setDelivery({ copies: 4, shuffle: true })
    const scans = await Promise.all(
      Array.from({ length: 50 }, (_, n) => t.sandbox.scan({ state: 'package-card', name: `客户${n}` })),
    )
    await t.settle()
    await t.advance(2_000)
    await t.advance(MINUTE_MS)
    const ids = scans.map((scan) => scan.externalUserId)
    expect(new Set(ids).size).toBe(50)
    const marks = ids.map(() => '?').join(', ')
    const follows = await t.rawRows<{ n: number }>(
      `SELECT COUNT(*) AS n FROM follow WHERE external_userid IN (${marks})`,
      ids,
    )
    expect(Number(follows[0]?.n)).toBe(50)
    for (const id of ids) {
      const welcomes = t.sandbox.calls('send_welcome_msg').filter((call) => call.errcode === 0)
      expect(welcomes).toHaveLength(50)
      const marked = t.sandbox
        .calls('mark_tag')
        .filter((call) => (call.body as { external_userid?: string }).external_userid === id)
      const added = marked.flatMap((call) => (call.body as { add_tag?: string[] }).add_tag ?? [])
      expect(new Set(added).size).toBe(added.length)
      expect(added.length).toBeGreaterThan(0)
    }
    const open = await t.rawRows<{ n: number }>(
      `SELECT COUNT(*) AS n FROM invitation WHERE external_userid IN (${marks})`,
      ids,
    )
    expect(Number(open[0]?.n)).toBe(50)
  })
})
