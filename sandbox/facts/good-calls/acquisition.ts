import type { GoodCalls } from '../good-call.ts'

/** Acquisition links and who came by them. */
export const acquisitionCalls: GoodCalls = async (t) => {
  const at = 'customer_acquisition'
  const range = { user_list: ['zhangsan'], department_list: [1] }
  const priority = { priority_type: 2, priority_userid_list: ['zhangsan'] }
  const settings = { link_name: '抖音', range, priority_option: priority, skip_verify: false, mark_source: false }
  const { link_id } = (await t.post(`${at}/create_link`, settings)).link as { link_id: string } // just made
  await t.sandbox.addByLink({ linkId: link_id, customerChannel: 'dy', userId: 'zhangsan', externalUserId: 'wm1' })
  await t.sandbox.say({ userId: 'zhangsan', externalUserId: 'wm1', text: '在吗' })
  const [key] = t.sandbox.world.acquisition.chatKeys.keys()
  await t.post(`${at}/get_chat_info`, { chat_key: key })
  await t.post(`${at}/list_link`)
  await t.post(`${at}/get`, { link_id })
  await t.post(`${at}/customer`, { link_id })
  const day = Math.floor(t.clock.now() / 1000)
  await t.post(`${at}/statistic`, { link_id, start_time: day, end_time: day })
  await t.get('externalcontact/customer_acquisition_quota')
  await t.post(`${at}/update_link`, {
    link_id,
    link_name: '新',
    range: { user_list: ['lisi'] },
    priority_option: priority,
  })
  await t.post(`${at}/delete_link`, { link_id })
}
