import type { GoodCalls } from '../good-call.ts'

const pair = { userid: 'zhangsan', external_userid: 'wm1' }
const content = { text: { content: '你好' } }

/** Tokens, login. */
export const authCalls: GoodCalls = async (t) => {
  const { corpId: corpid, secret: corpsecret } = t.sandbox.credentials
  await t.get('gettoken', { corpid, corpsecret })
  await t.get('get_jsapi_ticket')
  await t.get('ticket/get', { type: 'agent_config' })
  await t.get('agent/get', { agentid: String(t.sandbox.credentials.agentId) })
  const query = new URLSearchParams({
    appid: corpid,
    redirect_uri: 'http://a.test/',
    response_type: 'code',
    scope: 'snsapi_privateinfo',
    sandbox_guide: 'lisi',
  })
  const login = await fetch(`${t.url}/connect/oauth2/authorize?${query}`, { redirect: 'manual' })
  const code = new URL(login.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const { user_ticket } = await t.get('auth/getuserinfo', { code })
  await t.post('/auth/getuserdetail', { user_ticket })
}

/** Customers, live codes, tags, welcome. */
export const customerCalls: GoodCalls = async (t) => {
  const { welcomeCode } = await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1', state: 'expo' })
  await t.get('externalcontact/get_follow_user_list')
  await t.get('externalcontact/list', { userid: 'zhangsan' })
  const way = await t.post('add_contact_way', { type: 1, scene: 2, user: ['zhangsan'], state: 's', style: 1 })
  await t.post('get_contact_way', { config_id: way.config_id })
  await t.post('list_contact_way')
  await t.post('update_contact_way', { config_id: way.config_id, remark: '新' })
  await t.post('del_contact_way', { config_id: way.config_id })
  t.sandbox.world.isMedical = true
  const link = { title: '复诊', url: 'https://example.com' }
  const miniprogram = { title: '复诊', appid: 'wx1', page: 'index' }
  const conclusions = { text: { content: '祝早日康复' }, link, miniprogram }
  const temp = await t.post('add_contact_way', { type: 1, scene: 2, user: ['lisi'], is_temp: true, conclusions })
  await t.post('update_contact_way', { config_id: temp.config_id, conclusions, expires_in: 3_600 })
  await t.post('get_contact_way', { config_id: temp.config_id })
  await t.sandbox.scan({ configId: String(temp.config_id), externalUserId: 'wm9' })
  await t.post('close_temp_chat', { userid: 'lisi', external_userid: 'wm9' })
  const made = await t.post('add_corp_tag', { group_name: '组', tag: [{ name: '甲' }, { name: '乙' }] })
  const [first, second] = (made.tag_group as { tag: { id: string }[] }).tag // written by add_corp_tag just above
  await t.post('mark_tag', { ...pair, add_tag: [first?.id] })
  await t.post('edit_corp_tag', { id: first?.id, name: '丙' })
  await t.post('del_corp_tag', { tag_id: [second?.id] })
  await t.post('get_corp_tag_list', { tag_id: [first?.id] })
  await t.post('remark', { ...pair, remark: '老客' })
  await t.get('externalcontact/get', { external_userid: 'wm1' })
  await t.post('batch/get_by_user', { userid_list: ['zhangsan'] })
  const attachments = [{ msgtype: 'link', link }]
  await t.post('send_welcome_msg', { welcome_code: welcomeCode, ...content, attachments })
}

/** Mass sends, groups, join ways, messages. */
export const sendCalls: GoodCalls = async (t) => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  const { chatId } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'lisi', members: ['wm1'] })
  const { msgid } = await t.post('add_msg_template', { sender: 'zhangsan', ...content })
  t.clock.advance(2_000)
  await t.sandbox.confirmMassSend({ msgid: String(msgid), userId: 'zhangsan' })
  await t.post('get_groupmsg_list_v2', { chat_type: 'single', start_time: 1740790000, end_time: 1740791000 })
  await t.post('get_groupmsg_task', { msgid })
  await t.post('get_groupmsg_send_result', { msgid, userid: 'zhangsan' })
  await t.post('remind_groupmsg_send', { msgid })
  await t.post('cancel_groupmsg_send', { msgid })
  await t.post('groupchat/list', { limit: 10 })
  await t.post('groupchat/get', { chat_id: chatId, need_name: 1 })
  const join = await t.post('groupchat/add_join_way', { scene: 2, chat_id_list: [chatId], state: 'j' })
  await t.post('groupchat/get_join_way', { config_id: join.config_id })
  await t.post('groupchat/update_join_way', { config_id: join.config_id, scene: 2, chat_id_list: [chatId] })
  await t.post('groupchat/del_join_way', { config_id: join.config_id })
}
