import { DAY_MS } from '../../../server/core/kernel/shanghai.ts'
import type { GoodCalls } from '../good-call.ts'

/** A question, its answer, a group; asked about on the next day. */
export const statisticsCalls: GoodCalls = async (t) => {
  const pair = { userId: 'zhangsan', externalUserId: 'wm1' }
  await t.sandbox.scan(pair)
  await t.sandbox.say({ ...pair, text: '在吗' })
  await t.sandbox.guideSays({ ...pair, message: '在的' })
  await t.sandbox.createGroup({ name: '群', ownerUserId: 'zhangsan', members: ['wm1'] })
  const day = Math.floor(t.clock.now() / 1000)
  t.clock.advance(DAY_MS)
  const groupDay = { day_begin_time: day, owner_filter: { userid_list: ['zhangsan'] } }
  await t.post('get_user_behavior_data', { start_time: day, end_time: day, userid: ['zhangsan'] })
  await t.post('groupchat/statistic', { ...groupDay, order_by: 2 })
  await t.post('groupchat/statistic_group_by_day', groupDay)
}
