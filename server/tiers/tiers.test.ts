import { afterEach, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../kernel/shanghai.ts'
import { conditionOf } from '../rules/parse-condition.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { steakLadder, TIER_TAGS } from './testing/steak-ladder.ts'

let t: TestApp
afterEach(() => t.close())

async function open(ladder = steakLadder()): Promise<void> {
  t = await buildTestApp({ config: { 'tags.yaml': TIER_TAGS, 'tiers/分层.yaml': ladder } })
  await t.advance(MINUTE_MS)
}
async function customer(): Promise<string> {
  await t.advance(MINUTE_MS)
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  return externalUserId
}
async function order(externalUserId: string, orderId: string, yuan: number, status: 'paid' | 'refunded' = 'paid') {
  expect(await t.sandbox.order({ externalUserId, orderId, totalFen: yuan * 100, status })).toMatchObject({
    status: 200,
  })
  await t.settle()
}
const levels = async (id: string): Promise<string[]> =>
  (await t.db.tx((tx) => t.huoshui.tiers.queries.ofCustomer(tx, id))).map((tier) => `${tier.ladder}/${tier.level}`)
const changes = async (): Promise<unknown[]> =>
  (await t.rows<{ payload: string }>(`SELECT payload FROM inbound_event WHERE kind = 'tier.changed' ORDER BY id`)).map(
    ({ payload }) => JSON.parse(payload) as unknown,
  )
const tags = async (id: string): Promise<string[]> =>
  (await t.db.tx((tx) => t.huoshui.facts.of(tx, [id], t.clock.now(), ['tags']))).get(id)?.get('tags') as string[]
/** Everything that was ever told, once more. */
async function again(): Promise<void> {
  await t.db.tx((tx) => tx.run(`UPDATE inbound_event SET state = 'new', done_subscriptions = NULL`))
  await t.settle()
}
/** So many days later, after the nightly look. */
const nights = async (count: number): Promise<void> => {
  await t.advance(count * DAY_MS)
  await t.advance(MINUTE_MS)
}

it('rises as soon as it is paid, falls only after the cool-off, and says why each time', async () => {
  await open()
  const id = await customer()
  expect(await levels(id)).toEqual(['分层/C'])
  expect(await changes()).toEqual([])

  await order(id, 'o1', 2_000)
  await again()
  expect(await levels(id)).toEqual(['分层/A'])
  expect(await tags(id)).toEqual(['分层/A'])
  const version = expect.stringMatching(/^[0-9a-f]{12}$/)
  expect(await changes()).toEqual([{ externalUserId: id, ladder: '分层', from: 'C', to: 'A', version }])

  await order(id, 'o1', 2_000, 'refunded')
  await nights(1)
  expect(await levels(id)).toEqual(['分层/A'])
  await nights(14)
  expect(await levels(id)).toEqual(['分层/C'])
  expect(await tags(id)).toEqual([])

  const moves = await t.db.tx((tx) => t.huoshui.tiers.queries.movesOf(tx, id))
  expect(moves.map(({ from, to, by, reason }) => [from, to, by, reason.text])).toEqual([
    ['A', 'C', 'rule', '每天评定，不再符合「A」：累计付款金额至少 2000 元'],
    ['C', 'A', 'rule', '订单付款后，符合「A」：累计付款金额至少 2000 元'],
  ])
  expect(moves[1]?.reason.facts).toEqual({ 'orders.paid.sum': 200_000 })
  const told = await t.rows<{ body: string }>(
    `SELECT body FROM timeline WHERE external_userid = ? AND kind = 'tier.changed' ORDER BY id`,
    [id],
  )
  expect(told.map(({ body }) => body)).toEqual(['「分层」从 C 升到 A', '「分层」从 A 降到 C'])
})

it('a journey may put somebody where the rules would not; that stands for the cool-off', async () => {
  await open()
  const id = await customer()
  const wish = { ladder: '分层', externalUserId: id, level: 'S', reason: { text: '店长邀请' }, key: 'sop:1:2' }
  const set = () => t.db.tx((tx) => t.huoshui.tiers.set(tx, wish))
  expect([await set(), await set()]).toEqual(['moved', 'again'])
  await t.settle()
  expect(await changes()).toMatchObject([{ from: 'C', to: 'S' }])
  expect(await tags(id)).toEqual(['分层/S'])
  await nights(13)
  expect(await levels(id)).toEqual(['分层/S'])
  expect(await t.db.tx((tx) => t.huoshui.tiers.set(tx, { ...wish, key: 'sop:2:2' }))).toBe('stays')
  await nights(10)
  expect(await levels(id)).toEqual(['分层/S'])
  await nights(4)
  expect(await levels(id)).toEqual(['分层/C'])
  expect(await t.db.tx((tx) => t.huoshui.tiers.set(tx, { ...wish, level: 'D', key: 'x' }))).toBe('unknown')
})

it('a new ladder takes everybody up at night, once, without a journey beginning; both engines know the level', async () => {
  t = await buildTestApp()
  const [rich, poor] = [await customer(), await customer()]
  await order(rich, 'o1', 12_000)
  t.writeConfig({ 'tags.yaml': TIER_TAGS, 'tiers/分层.yaml': steakLadder() })
  await t.huoshui.rules.check()
  await t.advance(MINUTE_MS)
  expect(await levels(rich)).toEqual([])
  await t.advance(19 * HOUR_MS)
  await t.advance(MINUTE_MS)
  expect([await levels(rich), await levels(poor)]).toEqual([['分层/S'], ['分层/C']])
  expect(await changes()).toEqual([])
  expect(await tags(rich)).toEqual(['分层/S'])

  const before = await t.rows('SELECT * FROM customer_tier ORDER BY id')
  await nights(1)
  expect(await t.rows('SELECT * FROM customer_tier ORDER BY id')).toEqual(before)

  const now = t.clock.now()
  const known = await t.db.tx((tx) => t.huoshui.facts.of(tx, [rich, poor], now, ['tiers']))
  expect([known.get(rich)?.get('tiers'), known.get(poor)?.get('tiers')]).toEqual([['分层/S'], ['分层/C']])
  const isS = conditionOf({ tiers: { any: ['分层/S'] } })
  expect(await t.db.tx((tx) => t.huoshui.facts.audience(tx, isS, now, { limit: 10 }))).toEqual([rich])
  const notS = conditionOf({ tiers: { none: ['分层/S'] } })
  expect(await t.db.tx((tx) => t.huoshui.facts.audience(tx, notS, now, { limit: 10 }))).toEqual([poor])
})
