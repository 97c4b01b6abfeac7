import { afterEach, expect, it } from 'vitest'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { type GrantScene, type GrantSceneOptions, openGrantScene } from './testing/grant-scene.ts'

/* What rules, operators and guides see of gifts that did not simply go out. */

let scene: GrantScene
afterEach(() => scene.close())
const open = async (options: GrantSceneOptions = {}): Promise<void> => {
  scene = await openGrantScene(options)
}
const coupons = (): string[] => scene.shops.wechat.coupons.heldBy(scene.unionId)

it('a rule that gives whoever has none gives no second one while the first waits', async () => {
  await open({
    trigger: '{ daily: "10:00" }\nreenterAfterDays: 1\nwhen: { grants.names: { none: [满 200 减 20] } }',
    more: {
      'tags.yaml': 'tags:\n  - group: 客户\n    names: [发过券, 券在路上, 有券]\n',
      'sop/on-its-way.yaml':
        'sop: way\nname: way\ntrigger: { daily: "12:00" }\nwhen: { grants.pending: { any: [满 200 减 20] }, grants.count: { lte: 0 } }\nsteps:\n  - tag: { add: [客户/券在路上] }\n',
      'sop/has.yaml':
        'sop: has\nname: has\ntrigger: { daily: "13:00" }\nwhen: { grants.names: { any: [满 200 减 20], days: 3 }, grants.pending: { none: [满 200 减 20] } }\nsteps:\n  - tag: { add: [客户/有券] }\n',
    },
  })
  const id = await scene.scan()
  await scene.scan('oUNION000000000000000000002')
  await scene.seconds(4, DAY_MS)
  expect((await scene.grants()).map(({ state }) => state)).toEqual(['nobody', 'nobody'])
  const tagsOf = async () => (await scene.app().timelineOf(id, 'tag.%')).join()
  expect(await tagsOf()).toContain('券在路上')
  expect(await tagsOf()).not.toContain('有券')
  await scene.pays()
  expect(coupons()).toEqual(['19126'])
  await scene.seconds(3, DAY_MS)
  expect([coupons(), (await scene.grants()).length]).toEqual([['19126'], 2])
  expect(await tagsOf()).toContain('有券')
})
