import { afterEach, expect, it } from 'vitest'
import { openTierScene, type TierScene } from '../../operations/tiers/testing/tier-scene.ts'

let t: TierScene
afterEach(() => t.close())

const RFM = `rfm:
  r: { within: [30] }
  f: { from: [2] }
  m: { from: [100元] }
`
const WIN_BACK = `sop: win-back
name: 挽回
trigger: { event: rfm.moved, into: 重要挽留 }
when: { score.name: 重要挽留, score.daysSinceMoved: 0 }
steps:
  - tag: { add: [RFM/挽留] }
`

it('who has paid is in a group the next morning, falls out of it in silence, and a journey begins, once', async () => {
  t = await openTierScene({
    'tags.yaml': 'tags:\n  - { group: RFM, names: [挽留] }\n',
    'rfm.yaml': RFM,
    'sop/挽回.yaml': WIN_BACK,
  })
  const moves = () => t.eventsOf('rfm.moved')
  const id = await t.customer()
  await t.order(id, 'o1', 200)
  await t.nights(1)
  const version = expect.stringMatching(/^[0-9a-f]{12}$/)
  const came = { externalUserId: id, to: '重要发展', version }
  expect(await moves()).toEqual([came])

  await t.nights(28)
  expect(await moves()).toEqual([came])
  await t.nights(4)
  const fell = { externalUserId: id, from: '重要发展', to: '重要挽留', version }
  expect(await moves()).toEqual([came, fell])
  expect(await t.tagsOf(id)).toEqual(['RFM/挽留'])
  const entered = await t.timelineOf(id, 'sop.entered')
  expect(entered).toHaveLength(1)
  await t.again()
  expect(await t.timelineOf(id, 'sop.entered')).toEqual(entered)

  await t.order(id, 'o1', 200, 'refunded')
  await t.nights(1)
  expect(await moves()).toEqual([came, fell, { externalUserId: id, from: '重要挽留', version }])
})
