import type { GoodCalls } from '../good-call.ts'

/** On-job and resigned transfer of customers and groups. */
export const handoverCalls: GoodCalls = async (t) => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  const { chatId } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'lisi', members: ['wm1'] })
  const from = { handover_userid: 'zhangsan', takeover_userid: 'lisi' }
  await t.post('transfer_customer', { ...from, external_userid: ['wm1'], transfer_success_msg: '您好' })
  await t.post('transfer_result', from)
  await t.post('groupchat/onjob_transfer', { chat_id_list: [chatId], new_owner: 'zhangsan' })
  await t.sandbox.addStaff({ userId: 'wangwu', name: '王五' })
  await t.sandbox.scan({ userId: 'wangwu', externalUserId: 'wm2' })
  await t.sandbox.scan({ userId: 'wangwu', externalUserId: 'wm3' })
  const { chatId: ownedByWangwu } = await t.sandbox.createGroup({ name: '王五的群', ownerUserId: 'wangwu' })
  await t.sandbox.removeStaff({ userId: 'wangwu' })
  await t.post('get_unassigned_list', { page_size: 1 })
  const left = { handover_userid: 'wangwu', takeover_userid: 'lisi' }
  await t.post('resigned/transfer_customer', { ...left, external_userid: ['wm2'] })
  await t.post('resigned/transfer_result', left)
  await t.post('transfer', { ...left, external_userid: 'wm3' })
  await t.post('groupchat/transfer', { chat_id_list: [ownedByWangwu], new_owner: 'lisi' })
}
