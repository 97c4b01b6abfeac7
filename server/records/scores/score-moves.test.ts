import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { RfmRule } from '../../rules/schema/rfm-rule.ts'
import { openScoreScene, type ScoreScene } from './testing/score-scene.ts'

/** Money is always high, and nobody buys on two days: 重要发展, after thirty days 重要挽留. */
const RULE: RfmRule = { r: { within: [30] }, f: { from: [2] }, m: { from: ['1元'] } }

let t: ScoreScene
beforeEach(async () => {
  t = await openScoreScene(RULE)
})
afterEach(() => t.close())

it('who refuses loses all moves there were, also whose orders have gone since, and nothing is told of that', async () => {
  for (const id of ['wmGone', 'wmLeaves', 'wmStays']) await t.buy(id, 900)
  await t.nights()
  await t.refund('wmGone')
  await t.nights()
  const before = ['wmGone →重要发展', 'wmLeaves →重要发展', 'wmStays →重要发展', 'wmGone 重要发展→']
  expect(await t.moves()).toEqual(before)
  expect(await t.told()).toEqual(before)
  // One was gone before, the other goes in the night that hears of the word.
  await t.say('wmGone', 'refused')
  await t.say('wmLeaves', 'refused')
  await t.refund('wmLeaves')
  await t.nights()
  expect(await t.moves()).toEqual(['wmStays →重要发展'])
  expect(await t.told()).toEqual(before)
  expect(await t.names()).toEqual({ wmStays: '重要发展' })
})

it('of who refuses and goes the same day nothing is told, though they have never moved', async () => {
  for (const id of ['wmQuiet', 'wmOther']) await t.buy(id, 900)
  t.use({ ...RULE, names: [{ name: '大家' }] }, 'bbbbbbbbbbbb')
  await t.run()
  expect([await t.names(), await t.moves()]).toEqual([{ wmOther: '大家', wmQuiet: '大家' }, []])
  await t.say('wmQuiet', 'refused')
  for (const id of ['wmQuiet', 'wmOther']) await t.refund(id)
  await t.nights()
  expect(await t.told()).toEqual(['wmOther 大家→'])
})

it.each([
  ['by its own end', async () => undefined],
  ['by another word', () => t.say('wmBack', 'given')],
])(
  'the end of a refusal is no move: who was away only to us, %s, is told of when they move next',
  async (_what, end) => {
    await t.buy('wmBack', 900)
    await t.nights()
    await t.say('wmBack', 'refused', t.clock.now() + 3 * DAY_MS - 60_000)
    await t.nights(2)
    expect(await t.names()).toEqual({})
    await end()
    await t.buy('wmNew', 900)
    await t.nights()
    expect(await t.names()).toEqual({ wmBack: '重要发展', wmNew: '重要发展' })
    expect(await t.told()).toEqual(['wmBack →重要发展', 'wmNew →重要发展'])
    expect(await t.moves()).toEqual(['wmNew →重要发展'])
    // Since when they are there is not known.
    expect(await t.sinces()).toEqual({ wmBack: null, wmNew: t.clock.now() })
    await t.nights(28)
    expect((await t.told()).slice(2)).toEqual(['wmBack 重要发展→重要挽留'])
  },
)

it('who begins to buy long after a refusal has ended is told of as everybody is', async () => {
  await t.say('wmLate', 'refused', t.clock.now() + DAY_MS)
  await t.nights(3)
  await t.buy('wmLate', 900)
  await t.nights()
  expect(await t.told()).toEqual(['wmLate →重要发展'])
})

it('a changed file moves nobody: who is called as before came when they came, of all others that is not known', async () => {
  await t.buy('wmOld', 900, { atMs: t.clock.now() - 40 * DAY_MS })
  await t.buy('wmYoung', 900)
  await t.nights()
  const came = t.clock.now()
  expect(await t.sinces()).toEqual({ wmOld: came, wmYoung: came })
  const names = [
    { name: '重要发展', r: { gte: 2 } },
    { name: '走远了', r: { lte: 1 } },
  ]
  // The points are others, the name is the same.
  t.use({ ...RULE, r: { within: [30, 10] }, names }, 'bbbbbbbbbbbb')
  t.clock.advance(60_000)
  await t.run()
  expect(await t.names()).toEqual({ wmOld: '走远了', wmYoung: '重要发展' })
  expect(await t.sinces()).toEqual({ wmOld: null, wmYoung: came })
  await t.nights()
  expect(await t.sinces()).toEqual({ wmOld: null, wmYoung: came })
  await t.buy('wmOld', 900)
  await t.nights()
  expect(await t.sinces()).toEqual({ wmOld: t.clock.now(), wmYoung: came })
  expect((await t.told()).slice(2)).toEqual(['wmOld 走远了→重要发展'])
})
