import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../server/core/kernel/shanghai.ts'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
let linkId: string
const call = (path: string, body: object = {}) => t.post(`externalcontact/customer_acquisition/${path}`, body)
const eventsOf = async (name: string): Promise<string[]> => {
  await t.sandbox.settle()
  return t.received.map(({ xml }) => xml).filter((xml) => xml.includes(name))
}

beforeEach(async () => {
  t = await openTestSandbox()
  const made = await call('create_link', { link_name: '抖音', range: { user_list: ['zhangsan'] } })
  linkId = (made.link as { link_id: string }).link_id // just made
})
afterEach(() => t.close())

it('a customer who comes by a link has its channel as state, add way 16, and costs one of the quota', async () => {
  const { externalUserId } = await t.sandbox.addByLink({ linkId, customerChannel: 'dy_火锅_12' })
  const [added] = await eventsOf('add_external_contact')
  expect(added).toContain('<State><![CDATA[dy_火锅_12]]></State>')
  expect(added).toContain('<WelcomeCode>')
  expect((await eventsOf('friend_request'))[0]).toContain(`<LinkId><![CDATA[${linkId}]]></LinkId>`)
  expect(await t.get('externalcontact/get', { external_userid: externalUserId })).toMatchObject({
    follow_user: [{ userid: 'zhangsan', state: 'dy_火锅_12', add_way: 16 }],
  })
  expect(await call('customer', { link_id: linkId })).toMatchObject({
    customer_list: [{ external_userid: externalUserId, userid: 'zhangsan', chat_status: 0, state: 'dy_火锅_12' }],
  })
  const quota = await t.get('externalcontact/customer_acquisition_quota')
  expect(quota).toMatchObject({ total: 1, balance: 999, quota_list: [{ balance: 999 }] })
  await t.sandbox.addByLink({ linkId, externalUserId })
  expect((await t.get('externalcontact/customer_acquisition_quota')).balance).toBe(999)
})

it('a channel longer than 64 bytes is cut, not through a character', async () => {
  await t.sandbox.addByLink({ linkId, customerChannel: '渠'.repeat(30) })
  const { customer_list: [customer] = [] } = (await call('customer', { link_id: linkId })) as unknown as {
    customer_list: { state: string }[]
  }
  expect(customer?.state).toBe('渠'.repeat(21))
})

it('the first message of such a customer is told, every one gives a key to read how many there were', async () => {
  const { externalUserId, userId } = await t.sandbox.addByLink({ linkId, customerChannel: 'dy' })
  for (const text of ['在吗', '多少钱']) await t.sandbox.say({ externalUserId, userId, text })
  expect(await eventsOf('customer_start_chat')).toHaveLength(1)
  const last = (await eventsOf('message_from_customer')).at(-1) ?? ''
  const chatKey = /<ChatKey><!\[CDATA\[(.*?)\]\]>/.exec(last)?.[1]
  expect(await call('get_chat_info', { chat_key: chatKey })).toMatchObject({
    userid: userId,
    external_userid: externalUserId,
    chat_info: { link_id: linkId, state: 'dy', recv_msg_cnt: 2 },
  })
  expect(await call('customer', { link_id: linkId })).toMatchObject({ customer_list: [{ chat_status: 1 }] })
  t.clock.advance(30 * MINUTE_MS)
  expect((await call('get_chat_info', { chat_key: chatKey })).errcode).toBe(40058)
})

it('the quota tells when it runs low, is used up, comes back and ends soon', async () => {
  t.sandbox.world.acquisition.lots = [{ balance: 20, expiresAtMs: t.clock.now() + 3 * DAY_MS }]
  expect(await t.sandbox.warnOfLinkQuota()).toBe(1)
  expect((await eventsOf('quota_expire_soon'))[0]).toContain('<ExpireQuotaNum>20</ExpireQuotaNum>')
  for (let n = 0; n < 20; n++) await t.sandbox.addByLink({ linkId })
  expect(await eventsOf('balance_low')).toHaveLength(1)
  expect(await eventsOf('balance_exhausted')).toHaveLength(1)
  await expect(t.sandbox.addByLink({ linkId })).rejects.toThrow('获客额度已用完')
  await t.sandbox.buyLinkQuota({ amount: 100 })
  expect(await eventsOf('balance_increased')).toHaveLength(1)
})

it('a link whose guides have all left says so once; a deleted one is told and gone', async () => {
  await t.sandbox.removeStaff({ userId: 'zhangsan' })
  await t.sandbox.removeStaff({ userId: 'lisi' })
  expect(await eventsOf('link_unavailable')).toHaveLength(1)
  await expect(t.sandbox.addByLink({ linkId })).rejects.toThrow('没有可添加的导购')
  await call('delete_link', { link_id: linkId })
  expect(await eventsOf('delete_link')).toHaveLength(1)
  expect((await call('get', { link_id: linkId })).errcode).toBe(40058)
  await expect(t.sandbox.addByLink({ linkId })).rejects.toThrow('已失效')
})

it('clicks and new customers are counted by day', async () => {
  await t.sandbox.openLink({ linkId, customerChannel: 'dy' })
  await t.sandbox.addByLink({ linkId })
  const day = Math.floor(t.clock.now() / 1000)
  t.clock.advance(DAY_MS)
  await t.sandbox.openLink({ linkId })
  const figures = await call('statistic', { link_id: linkId, start_time: day, end_time: day })
  expect(figures).toMatchObject({ click_link_customer_cnt: 2, new_customer_cnt: 1 })
  expect((await eventsOf('open_profile')).length).toBe(2)
  const long = await call('statistic', { link_id: linkId, start_time: day, end_time: day + 30 * 86_400 })
  expect(long.errcode).toBe(40058)
})

it.each([
  ['nobody', { range: {} }, 40058],
  ['an unknown guide', { range: { user_list: ['nobody'] } }, 40003],
  ['an unknown department', { range: { department_list: [9] } }, 60003],
])('a link for %s is refused', async (_name, given, errcode) => {
  expect((await call('create_link', { link_name: '新', ...given })).errcode).toBe(errcode)
})

it('a link for more than 100 guides, departments expanded, and one too many links are refused', async () => {
  const lisi = t.sandbox.world.staff.get('lisi')
  if (!lisi) throw new Error('the sandbox begins with lisi')
  for (let n = 0; n < 100; n++) t.sandbox.world.staff.set(`guide${n}`, { ...lisi, userId: `guide${n}` })
  expect((await call('create_link', { link_name: '新', range: { department_list: [1] } })).errcode).toBe(40058)
  t.sandbox.world.acquisition.maxLinks = 1
  expect((await call('create_link', { link_name: '新', range: { user_list: ['lisi'] } })).errcode).toBe(41095)
})
