import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
let day: number
const DAY = DAY_MS / 1000

beforeEach(async () => {
  t = await openSandbox()
  day = Math.floor(t.clock.now() / 1000)
})
afterEach(() => t.close())

test('a day of a guide and of the groups can be read on the next day', async () => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wm1' })
  await t.sandbox.createGroup({ name: '群', ownerUserId: 'zhangsan' })
  t.clock.advance(DAY_MS)
  const { behavior_data: days } = await t.wecom.statistics.behavior({
    start_time: day,
    end_time: day,
    userid: ['zhangsan'],
  })
  expect(days).toMatchObject([{ new_contact_cnt: 1, negative_feedback_cnt: 1 }])
  const owners = { day_begin_time: day, owner_filter: { userid_list: ['zhangsan'] } }
  expect((await t.wecom.statistics.groupsByOwner(owners)).items).toMatchObject([
    { owner: 'zhangsan', data: { new_chat_cnt: 1, chat_total: 1 } },
  ])
  expect((await t.wecom.statistics.groupsByDay(owners)).items).toMatchObject([{ data: { chat_total: 1 } }])
})

test('a guide the platform does not know is a refusal that nothing will change', async () => {
  const asked = t.wecom.statistics.behavior({ start_time: day, end_time: day, userid: ['nobody'] })
  await expect(asked).rejects.toMatchObject({ errcode: 40003, retry: 'never' })
})

test.each([
  ['31 days', { end_time: 30 }, '统计一次最多查 30 天，开始日期不能晚于结束日期'],
  ['a backward span', { end_time: -1 }, '统计一次最多查 30 天，开始日期不能晚于结束日期'],
  ['days the platform has forgotten', { start_time: -181, end_time: -181 }, '统计只能查最近 180 天'],
  ['nobody', { end_time: 0, userid: [] }, '要写明查询哪些成员或部门的联系客户统计'],
  ['101 guides', { end_time: 0, userid: Array(101).fill('zhangsan') }, '字段 userid最多 100 项'],
])(
  '%s are not asked for, and the reason is told',
  async (_name, given: { start_time?: number; end_time: number }, zh) => {
    const span = { start_time: day + (given.start_time ?? 0) * DAY, end_time: day + given.end_time * DAY }
    await expect(t.wecom.statistics.behavior({ userid: ['zhangsan'], ...given, ...span })).rejects.toMatchObject({ zh })
    expect(t.sandbox.calls()).toEqual([])
  },
)
