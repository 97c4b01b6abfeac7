import type { GoodCalls } from '../good-call.ts'

/** Ids of customers and groups, and everyone served. */
export const idCalls: GoodCalls = async (t) => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1', unionId: 'union1' })
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm2' })
  const { chatId } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'lisi', members: ['wm2'] })
  await t.sandbox.deleteCustomer({ userId: 'lisi', externalUserId: 'wm2' })
  await t.post('contact_list', { limit: 10 })
  const { openid } = await t.post('convert_to_openid', { external_userid: 'wm1' })
  await t.post('unionid_to_external_userid', { unionid: 'union1', openid })
  await t.post('/idconvert/unionid_to_external_userid', { unionid: 'union2', openid, subject_type: 0 })
  await t.post('opengid_to_chatid', { opengid: t.sandbox.openGidOf({ chatId }) })
}
