import { afterEach, beforeEach, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({
    config: {
      'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 您好\n',
      'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
      'channels/c.yaml': 'channel: 包裹卡\nstate: card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
    },
  })
  await t.advance(MINUTE_MS)
})
afterEach(() => t.close())

const LIST = 'externalcontact/get_corp_tag_list'
const carried = async (externalUserId: string): Promise<string[]> =>
  (await t.db.tx((tx) => t.huoshui.tags.queries.ofCustomer(tx, externalUserId))).map((tag) => tag.path)
const library = async () =>
  (await t.db.tx((tx) => t.huoshui.tags.queries.library(tx))).map(({ group, tags }) => [
    group,
    ...tags.map((tag) => tag.name),
  ])
const idOf = async (path: string): Promise<string> =>
  (await t.rawRows<{ tag_id: string }>('SELECT tag_id FROM corp_tag WHERE path = ? AND gone_at IS NULL', [path]))[0]
    ?.tag_id ?? ''
const marked = (): unknown[] =>
  t.sandbox.calls('externalcontact/mark_tag').map((call) => (call.body as { add_tag?: string[] }).add_tag)

it('a tag deleted and made again under its name is another tag: taken off everybody, and the new one is put on', async () => {
  const { externalUserId: early } = await t.sandbox.scan({ state: 'card' })
  await t.settle()
  expect(await carried(early)).toEqual(['来源/包裹卡'])
  const oldId = await idOf('来源/包裹卡')
  await t.sandbox.deleteTag({ id: oldId })
  const { id: newId } = await t.sandbox.createTag({ group: '来源', name: '包裹卡' })
  t.clock.advance(1_000)
  await t.settle()
  t.sandbox.redeliver()
  await t.settle()
  expect(await idOf('来源/包裹卡')).toBe(newId)
  expect(await carried(early)).toEqual([])

  const { externalUserId: late } = await t.sandbox.scan({ state: 'card' })
  await t.settle()
  expect(marked()).toEqual([[oldId], [newId]])
  expect(await carried(late)).toEqual(['来源/包裹卡'])
})

it('an administrator’s new names and order are ours at once; tags that others made are never edited or deleted', async () => {
  const a = await t.sandbox.createTag({ group: '等级', name: '普通' })
  const b = await t.sandbox.createTag({ group: '等级', name: '金卡' })
  await t.settle()
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId, add: [b.id] })
  await t.settle()
  t.clock.advance(1_000)
  await t.sandbox.renameTag({ id: b.id, name: '黑金卡' })
  await t.sandbox.renameTag({ id: a.groupId, name: '会员等级' })
  await t.sandbox.shuffleTags({ groupId: a.groupId, ids: [b.id, a.id] })
  await t.settle()
  expect(await carried(externalUserId)).toEqual(['会员等级/黑金卡'])
  expect(await library()).toContainEqual(['会员等级', '黑金卡', '普通'])
  t.clock.advance(1_000)
  await t.sandbox.shuffleTags({ groupId: a.groupId, ids: [a.id, b.id] })
  await t.settle()
  expect(await library()).toContainEqual(['会员等级', '普通', '黑金卡'])
  await t.advance(HOUR_MS)
  for (const path of ['externalcontact/edit_corp_tag', 'externalcontact/del_corp_tag']) {
    expect(t.sandbox.calls(path)).toEqual([])
  }
})

it('twenty moves at once are read in one or two looks at the library', async () => {
  const made = []
  for (let at = 0; at < 20; at++) made.push(await t.sandbox.createTag({ group: '喜好', name: `部位${at}` }))
  await t.advance(HOUR_MS)
  t.sandbox.faults.set({ path: LIST, errcode: 45033 })
  for (const [at, tag] of made.entries()) await t.sandbox.renameTag({ id: tag.id, name: `新部位${at}` })
  await t.settle()
  t.sandbox.faults.clear()
  const before = t.sandbox.calls(LIST).length
  for (let round = 0; round < 3; round++) await t.advance(MINUTE_MS)
  expect(t.sandbox.calls(LIST).length - before).toBeLessThanOrEqual(3)
  expect((await library()).find(([group]) => group === '喜好')).toHaveLength(21)
  expect(await idOf('喜好/新部位19')).toBe(made[19]?.id)
})
