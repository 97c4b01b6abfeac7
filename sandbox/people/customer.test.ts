import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const typeOf = (xml: string) => /<ChangeType><!\[CDATA\[(\w+)/.exec(xml)?.[1]
const events = async () => {
  await t.sandbox.settle()
  return t.received.map((callback) => typeOf(callback.xml))
}
const pair = { userId: 'zhangsan', externalUserId: 'wm1' }

it('adds a friend through the code, one of its guides', async () => {
  await t.post('externalcontact/add_contact_way', { type: 2, scene: 2, user: ['lisi'], state: 'expo' })
  const result = await t.sandbox.scan({ state: 'expo', name: '小满' })
  expect(result.userId).toBe('lisi')
  expect(t.sandbox.world.customers.get(result.externalUserId)?.name).toBe('小满')
  expect(result.welcomeCode).toMatch(/^CALLBACK_/)
  expect((await t.sandbox.scan({})).userId).toBe('lisi')
})

it('does nothing when they are friends already', async () => {
  await t.sandbox.scan(pair)
  expect(await t.sandbox.scan(pair)).toEqual(pair)
  expect(await events()).toEqual(['add_external_contact'])
})

it('starts a new relation after a deletion', async () => {
  await t.sandbox.scan({ ...pair, state: 'old' })
  await t.sandbox.deleteGuide(pair)
  t.clock.advance(60_000)
  const again = await t.sandbox.scan({ ...pair, state: 'new' })
  expect(again.welcomeCode).toBeDefined()
  expect(await t.get('externalcontact/get', { external_userid: 'wm1' })).toMatchObject({
    follow_user: [{ state: 'new', createtime: 1740790860 }],
  })
  expect((await events()).toSorted()).toEqual(['add_external_contact', 'add_external_contact', 'del_follow_user'])
})

it('keeps a customer of an exclusive code with the first guide', async () => {
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
  const users = ['zhangsan', 'lisi']
  await t.post('externalcontact/add_contact_way', { type: 2, scene: 2, user: users, state: 'only', is_exclusive: true })
  expect((await t.sandbox.scan({ externalUserId: 'wm1', state: 'only' })).userId).toBe('lisi')
})

it('gives no welcome code to those who talked before, or when told so', async () => {
  await t.sandbox.scan(pair)
  await t.sandbox.guideSays({ ...pair, message: '您好' })
  await t.sandbox.deleteGuide(pair)
  expect(await t.sandbox.scan(pair)).toEqual(pair)
  expect(await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm2', withoutWelcomeCode: true })).not.toHaveProperty(
    'welcomeCode',
  )
})

it('tells what the guide changed in the client', async () => {
  await t.sandbox.scan({ ...pair, state: 'expo' })
  const tag = await t.sandbox.createTag({ group: '口味', name: '西冷' })
  await t.sandbox.editTags({ ...pair, add: [tag.id] })
  await t.sandbox.editRemark({ ...pair, remark: '老客' })
  await t.sandbox.deleteCustomer(pair)
  const seen = (await events()).filter((type) => type !== 'create')
  expect(seen.toSorted()).toEqual([
    'add_external_contact',
    'del_external_contact',
    'edit_external_contact',
    'edit_external_contact',
  ])
})

it('explains in Chinese what cannot be done', async () => {
  await expect(t.sandbox.scan({ state: 'nothing' })).rejects.toThrow('没有可添加的导购')
  await expect(t.sandbox.say({ ...pair, text: 'x' })).rejects.toThrow('没有添加这位导购')
  await t.sandbox.scan(pair)
  await t.sandbox.deleteGuide(pair)
  await expect(t.sandbox.guideSays({ ...pair, message: 'x' })).rejects.toThrow('已删除你')
})
