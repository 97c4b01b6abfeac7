import { afterEach, beforeEach, expect, it } from 'vitest'
import { HOUR_MS } from '../../server/core/kernel/shanghai.ts'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
let chatId: string
const post = (path: string, body: object = {}) => t.post(`externalcontact/${path}`, body)

beforeEach(async () => {
  t = await openTestSandbox()
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1', unionId: 'union1', name: '陈静' })
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm2', unionId: 'union2' })
  chatId = (await t.sandbox.createGroup({ name: '群', ownerUserId: 'lisi', members: ['wm1', 'wm2'] })).chatId
  await t.sandbox.deleteCustomer({ userId: 'lisi', externalUserId: 'wm2' })
})
afterEach(() => t.close())

it('everyone served is listed once: customers by guide, others by the group they are in', async () => {
  const { info_list: list } = await post('contact_list')
  expect(list).toMatchObject([
    { is_customer: true, external_userid: 'wm1', name: '陈静', follow_userid: 'zhangsan' },
    { is_customer: false, chat_id: chatId, chat_name: '群', follow_userid: 'lisi' },
  ])
  expect((list as object[])[1]).not.toHaveProperty('external_userid')
})

it('temporary ids and cursors end after four hours', async () => {
  const first = await post('contact_list', { limit: 1 })
  t.clock.advance(4 * HOUR_MS)
  expect((await post('contact_list', { cursor: first.next_cursor })).errcode).toBe(40058)
  const idOf = (answer: { [field: string]: unknown }) => (answer.info_list as { tmp_openid: string }[])[0]?.tmp_openid
  expect(idOf(await post('contact_list', { limit: 1 }))).not.toBe(idOf(first))
})

it('a unionid leads to the customer, or to a pending id while there is none', async () => {
  expect((await post('unionid_to_external_userid', { unionid: 'union1' })).external_userid).toBe('wm1')
  expect((await post('unionid_to_external_userid', { unionid: 'union2' })).errcode).toBe(84061)
  expect((await post('unionid_to_external_userid', { unionid: 'union3' })).errcode).toBe(40096)
  const convert = (unionid: string) => t.post('idconvert/unionid_to_external_userid', { unionid, openid: 'o1' })
  expect(await convert('union1')).toMatchObject({ external_userid: 'wm1' })
  const pending = await convert('union2')
  expect(pending).not.toHaveProperty('external_userid')
  expect((await convert('union2')).pending_id).toBe(pending.pending_id)
})

it('a customer of WeChat has an openid, one of WeCom has not', async () => {
  expect((await post('convert_to_openid', { external_userid: 'wm1' })).openid).toMatch(/^o/)
  const customer = t.sandbox.world.customers.get('wm1')
  if (customer) customer.type = 2
  expect((await post('convert_to_openid', { external_userid: 'wm1' })).errcode).toBe(41056)
  expect((await post('convert_to_openid', { external_userid: 'nobody' })).errcode).toBe(40096)
})

it('the id a mini-program sees leads to its group, until that is dissolved', async () => {
  const opengid = t.sandbox.openGidOf({ chatId })
  expect((await post('opengid_to_chatid', { opengid })).chat_id).toBe(chatId)
  await t.sandbox.dismissGroup({ chatId })
  expect((await post('opengid_to_chatid', { opengid })).errcode).toBe(49008)
  expect((await post('opengid_to_chatid', { opengid: 'nonsense' })).errcode).toBe(40058)
})
