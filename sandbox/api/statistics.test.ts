import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../server/core/kernel/shanghai.ts'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
let daySec: number
beforeEach(async () => {
  t = await openTestSandbox()
  daySec = Date.parse('2025-03-01T00:00:00+08:00') / 1000
})
afterEach(() => t.close())

const behavior = async (given: object) => {
  const body = { start_time: daySec, end_time: daySec, userid: ['zhangsan'], ...given }
  return t.post('externalcontact/get_user_behavior_data', body)
}
const groups = (path: string, given: object = {}) =>
  t.post(`externalcontact/groupchat/${path}`, {
    day_begin_time: daySec,
    owner_filter: { userid_list: ['zhangsan', 'lisi'] },
    ...given,
  })

it('the figures of a guide are those of the Shanghai day, from the next day on', async () => {
  const first = { userId: 'zhangsan', externalUserId: 'wm1' }
  const second = { userId: 'zhangsan', externalUserId: 'wm2' }
  for (const pair of [first, second, { userId: 'lisi', externalUserId: 'wm1' }]) await t.sandbox.scan(pair)
  await t.sandbox.say({ ...first, text: '在吗' })
  t.clock.advance(10 * MINUTE_MS)
  await t.sandbox.guideSays({ ...first, message: '在的' })
  await t.sandbox.guideSays({ ...first, message: '您说' })
  await t.sandbox.say({ ...second, text: '有优惠吗' })
  await t.sandbox.deleteGuide(second)
  await t.sandbox.deleteCustomer(second)
  expect(await behavior({})).toMatchObject({ errcode: 0, behavior_data: [] })

  t.clock.advance(DAY_MS)
  expect(await behavior({ end_time: daySec + 86_400 })).toMatchObject({
    behavior_data: [
      {
        stat_time: daySec,
        chat_cnt: 1,
        message_cnt: 2,
        reply_percentage: 50,
        avg_reply_time: 10,
        negative_feedback_cnt: 1,
        new_apply_cnt: 0,
        new_contact_cnt: 2,
      },
    ],
  })
})

it('the figures of several guides come summed, and a quiet day has no reply figures', async () => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
  t.clock.advance(DAY_MS)
  const { behavior_data: rows } = await behavior({ userid: ['zhangsan', 'lisi'] })
  const quiet = { stat_time: daySec, chat_cnt: 0, message_cnt: 0, negative_feedback_cnt: 0, new_apply_cnt: 0 }
  expect(rows).toEqual([{ ...quiet, new_contact_cnt: 2 }])
})

it('an answer after midnight does not count for the day of the question', async () => {
  const pair = { userId: 'zhangsan', externalUserId: 'wm1' }
  await t.sandbox.scan(pair)
  await t.sandbox.say({ ...pair, text: '在吗' })
  t.clock.advance(16 * HOUR_MS)
  await t.sandbox.guideSays({ ...pair, message: '早' })
  t.clock.advance(DAY_MS)
  const { behavior_data: rows } = await behavior({ end_time: daySec + 86_400 })
  expect(rows).toMatchObject([
    { reply_percentage: 0, message_cnt: 0 },
    { message_cnt: 1, chat_cnt: 1 },
  ])
})

describe('groups', () => {
  beforeEach(async () => {
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
    await t.sandbox.createGroup({ name: '甲', ownerUserId: 'zhangsan', members: ['wm1'] })
    await t.sandbox.createGroup({ name: '乙', ownerUserId: 'lisi' })
    t.clock.advance(DAY_MS)
    await t.sandbox.createGroup({ name: '丙', ownerUserId: 'lisi' })
    t.clock.advance(DAY_MS)
  })

  it('are counted by owner, sorted and paged', async () => {
    const all = await groups('statistic', { day_end_time: daySec + 86_400, order_by: 1 })
    expect(all).toMatchObject({
      total: 2,
      items: [
        { owner: 'lisi', data: { new_chat_cnt: 2, chat_total: 2, new_member_cnt: 2, member_total: 2 } },
        { owner: 'zhangsan', data: { new_chat_cnt: 1, chat_total: 1, new_member_cnt: 2, member_total: 2 } },
      ],
    })
    const page = await groups('statistic', { order_by: 4, order_asc: 1, offset: 1, limit: 1 })
    expect(page).toMatchObject({ total: 2, next_offset: 2, items: [{ owner: 'zhangsan' }] })
  })

  it('are counted by day', async () => {
    const { items } = await groups('statistic_group_by_day', { day_end_time: daySec + 2 * 86_400 })
    expect(items).toMatchObject([
      { stat_time: daySec, data: { new_chat_cnt: 2, chat_total: 2 } },
      { stat_time: daySec + 86_400, data: { new_chat_cnt: 1, chat_total: 3 } },
    ])
  })
})

it.each([
  ['31 days', { end_time: 30 }, 40058],
  ['a backward span', { end_time: -1 }, 40058],
  ['days too long ago', { start_time: -181, end_time: -170 }, 40058],
])('%s are refused', async (_name, days: { start_time?: number; end_time: number }, errcode) => {
  const at = (n: number): number => daySec + n * 86_400
  expect((await behavior({ start_time: at(days.start_time ?? 0), end_time: at(days.end_time) })).errcode).toBe(errcode)
})

it.each([
  ['nobody named', { userid: [] }, 40058],
  ['a stranger', { userid: ['nobody'] }, 40003],
  ['101 guides', { userid: Array(101).fill('zhangsan') }, 40058],
  ['an unknown department', { partyid: [9] }, 60003],
])('%s is refused', async (_name, given, errcode) => {
  expect((await behavior(given)).errcode).toBe(errcode)
})

it('a customer who deleted the guide and came back counts as new on both days', async () => {
  const pair = { userId: 'zhangsan', externalUserId: 'wm1' }
  await t.sandbox.scan(pair)
  await t.sandbox.deleteGuide(pair)
  t.clock.advance(DAY_MS)
  await t.sandbox.scan(pair)
  t.clock.advance(DAY_MS)
  const { behavior_data: rows } = await behavior({ end_time: daySec + 86_400 })
  expect(rows).toMatchObject([
    { new_contact_cnt: 1, negative_feedback_cnt: 1 },
    { new_contact_cnt: 1, negative_feedback_cnt: 0 },
  ])
})
