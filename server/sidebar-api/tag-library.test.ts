import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { tagQueries } from '../records/tags/tag-queries.ts'
import type { Profile, TagGroups } from './contract.ts'
import { tagLibrary } from './tag-library.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

const group = (name: string, ...tags: string[]) => ({
  group: name,
  tags: tags.map((tag) => ({ name: tag, path: `${name}/${tag}` })),
})
const book = {
  tags: [
    { group: '分层', names: ['S', 'A', 'B'] },
    { group: '来源', names: ['包裹卡'] },
  ],
  ladders: new Map(),
}

it('the order is the file’s, and what WeCom has besides comes after it', () => {
  const groups = [group('别处建的', '乙', '甲'), group('来源', '直播', '包裹卡'), group('分层', 'A', 'B', 'S')]
  expect(tagLibrary(groups, book)).toEqual({
    groups: [
      { group: '分层', names: ['S', 'A', 'B'] },
      { group: '来源', names: ['包裹卡', '直播'] },
      { group: '别处建的', names: ['乙', '甲'] },
    ],
  })
})

let scene: SidebarScene
const LADDER = `ladder: 等级
levels:
  - level: A
    when: { orders.paid.sum: { gte: 100元 } }
    tag: 分层/A类
  - level: B
    tag: 分层/B类
moves: auto
`
beforeAll(async () => {
  scene = await openSidebarScene({ config: { ...DESK_RULES, 'tiers/等级.yaml': LADDER } })
})
afterAll(() => scene.close())

const tags = async (who: Browser) =>
  (await who.get<Profile>(`customers/${scene.externalUserId}`)).body.tags.map(({ name, byHand }) => [name, byHand])

test('what a ladder keeps is locked with the reason, and refused whoever asks', async () => {
  await scene.advance(DAY_MS)
  const zhangsan = await scene.as('zhangsan')
  expect(await tags(zhangsan)).toContainEqual(['分层/B类', false])
  const { body } = await zhangsan.get<TagGroups>('tags')
  expect(body.groups.map((one) => one.group)).toEqual(['来源', '口味', '分层'])
  expect(body.groups[2]?.locked).toEqual(
    ['A类', 'B类'].map((name) => ({ name, why: expect.stringContaining('由「等级」按条件打上和去掉') })),
  )
  for (const change of [
    { add: ['口味/厚切', '分层/A类'], remove: [] },
    { add: [], remove: ['分层/B类'] },
  ]) {
    expect(await zhangsan.post(`customers/${scene.externalUserId}/tags`, change)).toMatchObject({
      status: 409,
      body: { code: 'sidebar.kept-by-rule', zh: expect.stringMatching(/「分层\/[AB]类」由「等级」/) },
    })
  }
  await scene.settle()
  expect((await scene.timelineOf(scene.externalUserId)).join()).not.toContain('厚切')
})

test('a ladder’s tag that a person put on is taken off by a person, also when the page asks twice', async () => {
  const zhangsan = await scene.as('zhangsan')
  const of = scene.externalUserId
  const a = await scene.db.tx((tx) => tagQueries.byPath(tx, ['分层/A类']))
  await scene.sandbox.editTags({ userId: 'zhangsan', externalUserId: of, add: [a.get('分层/A类')?.tagId ?? ''] })
  await scene.settle()
  expect(await tags(zhangsan)).toContainEqual(['分层/A类', true])
  const change = { add: [], remove: ['分层/A类'], key: 'take-it-off' }
  for (const _ of [1, 2]) {
    expect((await zhangsan.post(`customers/${of}/tags`, change)).status).toBe(200)
    await scene.settle()
  }
  expect((await tags(zhangsan)).map(([name]) => name)).not.toContain('分层/A类')
})
