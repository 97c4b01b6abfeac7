import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const addTag = async (name: string, group = '生命周期') => {
  const made = await t.post('externalcontact/add_corp_tag', { group_name: group, tag: [{ name }] })
  const group_ = made.tag_group as { group_id: string; tag: { id: string }[] }
  return { groupId: group_.group_id, id: group_.tag[0]?.id ?? '' }
}
const list = async (filter: object = {}) => (await t.post('externalcontact/get_corp_tag_list', filter)).tag_group
const pair = { userid: 'zhangsan', external_userid: 'wm1' }
const mark = (body: object) => t.post('externalcontact/mark_tag', { ...pair, ...body })

it('appends to a group of the same name and merges tags of the same name', async () => {
  const first = await addTag('新客')
  const second = await addTag('复购')
  expect(second.groupId).toBe(first.groupId)
  expect((await addTag('新客')).id).toBe(first.id)
  expect(await list()).toMatchObject([{ group_name: '生命周期', tag: [{ name: '新客' }, { name: '复购' }] }])
})

it('renames, refuses taken names and unknown ids', async () => {
  const tag = await addTag('新客')
  await addTag('复购')
  expect((await t.post('externalcontact/edit_corp_tag', { id: tag.id, name: '首次' })).errcode).toBe(0)
  expect((await t.post('externalcontact/edit_corp_tag', { id: tag.id, name: '复购' })).errcode).toBe(40071)
  expect((await t.post('externalcontact/edit_corp_tag', { id: 'etx', name: 'x' })).errcode).toBe(40068)
  expect(
    (await t.post('externalcontact/add_corp_tag', { group_name: 'x', tag: [{ name: '长'.repeat(31) }] })).errcode,
  ).toBe(40072)
})

it('takes a deleted tag from every customer, and the group with its last tag', async () => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  const tag = await addTag('新客')
  await mark({ add_tag: [tag.id] })
  expect((await t.post('externalcontact/del_corp_tag', { tag_id: [tag.id] })).errcode).toBe(0)
  expect(await list()).toEqual([])
  expect(await list({ tag_id: [tag.id] })).toMatchObject([{ deleted: true, tag: [{ deleted: true }] }])
  expect(await t.get('externalcontact/get', { external_userid: 'wm1' })).toMatchObject({ follow_user: [{ tags: [] }] })
  expect((await mark({ add_tag: [tag.id] })).errcode).toBe(40068)
})

it('lets the app touch only its own tags; console changes raise callbacks', async () => {
  const tag = await t.sandbox.createTag({ group: '口味', name: '西冷' })
  expect((await t.post('externalcontact/edit_corp_tag', { id: tag.id, name: 'x' })).errcode).toBe(81011)
  expect((await t.post('externalcontact/del_corp_tag', { tag_id: [tag.id] })).errcode).toBe(81011)
  await t.sandbox.settle()
  const kinds = t.received.map((callback) => /<TagType><!\[CDATA\[(\w+)/.exec(callback.xml)?.[1])
  expect(kinds.toSorted()).toEqual(['tag', 'tag_group'])
})

it('marks and unmarks one pair only, as often as asked', async () => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
  const [a, b] = [await addTag('新客'), await addTag('复购')]
  await mark({ add_tag: [a.id] })
  expect((await mark({ add_tag: [a.id, b.id] })).errcode).toBe(0)
  expect((await mark({ remove_tag: [a.id] })).errcode).toBe(0)
  expect(await t.get('externalcontact/get', { external_userid: 'wm1' })).toMatchObject({
    follow_user: [{ tags: [{ tag_id: b.id, tag_name: '复购', group_name: '生命周期', type: 1 }] }, { tags: [] }],
  })
})

it('refuses what cannot be marked', async () => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  const { id } = await addTag('新客')
  expect((await mark({})).errcode).toBe(40058)
  expect((await mark({ add_tag: ['etx'] })).errcode).toBe(40068)
  expect((await mark({ userid: 'lisi', add_tag: [id] })).errcode).toBe(84061)
  expect((await mark({ external_userid: 'wm9', add_tag: [id] })).errcode).toBe(40096)
})

it('refuses two calls at once for the same pair', async () => {
  const slow = await openTestSandbox({ latencyMs: 30 })
  await slow.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  const tag = await slow.sandbox.createTag({ group: '口味', name: '西冷' })
  const body = { ...pair, add_tag: [tag.id] }
  const answers = await Promise.all([1, 2].map(() => slow.post('externalcontact/mark_tag', body)))
  expect(answers.map((answer) => answer.errcode).toSorted()).toEqual([0, 45035])
  await slow.close()
})
