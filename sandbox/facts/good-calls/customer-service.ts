import type { GoodCalls } from '../good-call.ts'

/** Customer service (微信客服). */
export const customerServiceCalls: GoodCalls = async (t) => {
  const open_kfid = 'wkEpXaDQAAgood'
  const externalUserId = 'wmEpXaDQAAgood'
  await t.sandbox.addServiceAccount({ openKfId: open_kfid, name: '牧野客服' })
  await t.sandbox.setServiceDesk({ tokenlessPerMinute: 1_000 })
  await t.sandbox.sayToService({ openKfId: open_kfid, externalUserId, text: '在吗' })
  await t.sandbox.serviceSays({ openKfId: open_kfid, externalUserId, origin: 5, text: '在的' })
  await t.post('/kf/account/list', { offset: 0, limit: 100 })
  await t.post('/kf/add_contact_way', { open_kfid, scene: 'welcome' })
  await t.post('/kf/sync_msg', { open_kfid, limit: 1_000 })
  await t.post('/kf/send_msg', {
    open_kfid,
    touser: externalUserId,
    msgid: 'own-1',
    msgtype: 'text',
    text: { content: '好' },
  })
}
