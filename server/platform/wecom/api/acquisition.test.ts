import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'
import { linkAddress } from './acquisition.ts'

let t: OpenSandbox
let day: number
beforeEach(async () => {
  t = await openSandbox()
  day = Math.floor(t.clock.now() / 1000)
})
afterEach(() => t.close())

const make = async () => {
  const { link } = await t.wecom.acquisition.create({ link_name: '抖音', range: { user_list: ['zhangsan'] } })
  return link
}

test('a link is made, listed, changed, brings a customer, is counted and deleted', async () => {
  const { acquisition } = t.wecom
  const { link_id, url = '' } = await make()
  const channel = new URL(linkAddress(url, '抖音 直播')).searchParams.get('customer_channel') ?? ''
  expect((await acquisition.links({ limit: 10 })).link_id_list).toEqual([link_id])
  await acquisition.update({ link_id, link_name: '抖音直播', range: { user_list: ['lisi'] } })
  expect(await acquisition.link({ link_id })).toMatchObject({
    link: { link_name: '抖音直播' },
    range: { user_list: ['lisi'] },
  })
  const { externalUserId, userId } = await t.sandbox.addByLink({ linkId: link_id, customerChannel: channel })
  await t.sandbox.say({ externalUserId, userId, text: '在吗' })
  expect((await acquisition.customers({ link_id })).customer_list).toEqual([
    { external_userid: externalUserId, userid: 'lisi', chat_status: 1, state: '抖音 直播' },
  ])
  const [key = ''] = t.sandbox.world.acquisition.chatKeys.keys()
  expect((await acquisition.chatInfo({ chat_key: key })).chat_info).toMatchObject({ recv_msg_cnt: 1 })
  const figures = await acquisition.statistic({ link_id, start_time: day, end_time: day })
  expect(figures).toMatchObject({ click_link_customer_cnt: 1, new_customer_cnt: 1 })
  expect(await acquisition.quota()).toMatchObject({ total: 1, balance: 999 })
  await acquisition.del({ link_id })
  await expect(acquisition.link({ link_id })).rejects.toMatchObject({ errcode: 40058, retry: 'never' })
})

test('one link too many is a refusal that a person must act on', async () => {
  t.sandbox.world.acquisition.maxLinks = 0
  await expect(make()).rejects.toMatchObject({ errcode: 41095, retry: 'never', zh: expect.stringContaining('请') })
})

test.each([
  ['a link without a name', () => t.wecom.acquisition.create({ link_name: '' }), '字段 link_name不能为空'],
  [
    'a link for 101 guides',
    () => t.wecom.acquisition.create({ link_name: '新', range: { user_list: Array(101).fill('zhangsan') } }),
    '字段 range.user_list最多 100 项',
  ],
  ['101 links a page', () => t.wecom.acquisition.links({ limit: 101 }), '字段 limit不能大于 100'],
  [
    'figures of 31 days',
    () => t.wecom.acquisition.statistic({ link_id: 'ca1', start_time: day, end_time: day + 30 * 86_400 }),
    '统计一次最多查 30 天，开始日期不能晚于结束日期',
  ],
  [
    'figures the platform has forgotten',
    () => t.wecom.acquisition.statistic({ link_id: 'ca1', start_time: day - 181 * 86_400, end_time: day }),
    '统计只能查最近 180 天',
  ],
])('%s is refused here, in words that help, and nothing is sent', async (_name, ask, zh) => {
  await expect(ask()).rejects.toMatchObject({ code: 'wecom.bad-request', zh })
  expect(t.sandbox.calls()).toEqual([])
})

test('a channel that the platform would cut is refused', () => {
  expect(() => linkAddress('https://work.weixin.qq.com/ca/1', '渠'.repeat(22))).toThrow('最多 64 字节')
})
