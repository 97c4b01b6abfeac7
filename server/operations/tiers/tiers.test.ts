import { afterEach, expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { conditionOf } from '../../rules/condition/parse-condition.ts'
import { steakLadder } from './testing/steak-ladder.ts'
import { openTierScene, type TierScene } from './testing/tier-scene.ts'

let t: TierScene
afterEach(() => t.close())

const open = async (): Promise<void> => {
  t = await openTierScene({ 'tiers/分层.yaml': steakLadder() })
}

it('rises as soon as it is paid, falls only after the cool-off, and says why each time', async () => {
  await open()
  const id = await t.customer()
  expect(await t.levels(id)).toEqual(['分层/C'])
  expect(await t.changes()).toEqual([])

  await t.order(id, 'o1', 2_000)
  await t.again()
  expect(await t.levels(id)).toEqual(['分层/A'])
  expect(await t.tagsOf(id)).toEqual(['分层/A'])
  const version = expect.stringMatching(/^[0-9a-f]{12}$/)
  expect(await t.changes()).toEqual([{ externalUserId: id, ladder: '分层', from: 'C', to: 'A', version }])

  await t.order(id, 'o1', 2_000, 'refunded')
  await t.nights(1)
  expect(await t.levels(id)).toEqual(['分层/A'])
  await t.nights(14)
  expect(await t.levels(id)).toEqual(['分层/C'])
  expect(await t.tagsOf(id)).toEqual([])

  const moves = await t.db.tx((tx) => t.huoshui.tiers.queries.movesOf(tx, id))
  expect(moves.map(({ from, to, by, reason }) => [from, to, by, reason.text])).toEqual([
    ['A', 'C', 'rule', '每天评定，不再符合「A」：累计付款金额至少 2000 元'],
    ['C', 'A', 'rule', '订单付款后，符合「A」：累计付款金额至少 2000 元'],
  ])
  expect(moves[1]?.reason.facts).toEqual({ 'orders.paid.sum': 200_000 })
  expect(await t.timelineOf(id, 'tier.changed')).toEqual(['「分层」从 C 升到 A', '「分层」从 A 降到 C'])
})

it('a journey may put somebody where the rules would not; that stands for the cool-off', async () => {
  await open()
  const id = await t.customer()
  const wish = { ladder: '分层', externalUserId: id, level: 'S', reason: { text: '店长邀请' }, key: 'sop:1:2' }
  const set = () => t.db.tx((tx) => t.huoshui.tiers.set(tx, wish))
  expect([await set(), await set()]).toEqual(['moved', 'again'])
  await t.settle()
  expect(await t.changes()).toMatchObject([{ from: 'C', to: 'S' }])
  expect(await t.tagsOf(id)).toEqual(['分层/S'])
  await t.nights(13)
  expect(await t.levels(id)).toEqual(['分层/S'])
  expect(await t.db.tx((tx) => t.huoshui.tiers.set(tx, { ...wish, key: 'sop:2:2' }))).toBe('stays')
  await t.nights(10)
  expect(await t.levels(id)).toEqual(['分层/S'])
  await t.nights(4)
  expect(await t.levels(id)).toEqual(['分层/C'])
  expect(await t.db.tx((tx) => t.huoshui.tiers.set(tx, { ...wish, level: 'D', key: 'x' }))).toBe('unknown')
})

it('a new ladder takes everybody up at night, once, without a journey beginning; both engines know the level', async () => {
  t = await openTierScene({})
  const [rich, poor] = [await t.customer(), await t.customer()]
  await t.order(rich, 'o1', 12_000)
  t.writeConfig({ 'tiers/分层.yaml': steakLadder() })
  await t.huoshui.rules.check()
  await t.advance(MINUTE_MS)
  expect(await t.levels(rich)).toEqual([])
  await t.advance(19 * HOUR_MS)
  await t.advance(MINUTE_MS)
  expect([await t.levels(rich), await t.levels(poor)]).toEqual([['分层/S'], ['分层/C']])
  expect(await t.changes()).toEqual([])
  expect(await t.tagsOf(rich)).toEqual(['分层/S'])

  const before = await t.rawRows('SELECT * FROM customer_tier ORDER BY id')
  await t.nights(1)
  expect(await t.rawRows('SELECT * FROM customer_tier ORDER BY id')).toEqual(before)

  const now = t.clock.now()
  const known = await t.db.tx((tx) => t.huoshui.facts.of(tx, [rich, poor], now, ['tiers']))
  expect([known.get(rich)?.get('tiers'), known.get(poor)?.get('tiers')]).toEqual([['分层/S'], ['分层/C']])
  const isS = conditionOf({ tiers: { any: ['分层/S'] } }, VOCABULARY.facts)
  expect(await t.db.tx((tx) => t.huoshui.facts.audience(tx, isS, now, { limit: 10 }))).toEqual([rich])
  const notS = conditionOf({ tiers: { none: ['分层/S'] } }, VOCABULARY.facts)
  expect(await t.db.tx((tx) => t.huoshui.facts.audience(tx, notS, now, { limit: 10 }))).toEqual([poor])
})
