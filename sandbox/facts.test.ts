import { afterAll, beforeAll, expect, it } from 'vitest'
import facts from './facts/endpoints.json' with { type: 'json' }
import { openTestSandbox, type TestSandbox, type WeComAnswer } from './open-test-sandbox.ts'

/** One good call of every endpoint: the fields of the answers are those of the facts, so that the double cannot drift. */
let t: TestSandbox
const answers = new Map<string, WeComAnswer>()
const picture = { name: 'a.png', type: 'image/png', bytes: Buffer.from('pretend png') }
const pair = { userid: 'zhangsan', external_userid: 'wm1' }
const content = { text: { content: '你好' } }

async function get(path: string, query: Record<string, string> = {}): Promise<WeComAnswer> {
  const answer = await t.get(path, query)
  answers.set(`/cgi-bin/${path}`, answer)
  return answer
}
async function post(path: string, body: object = {}): Promise<WeComAnswer> {
  const answer = await t.post(`externalcontact/${path}`, body)
  answers.set(`/cgi-bin/externalcontact/${path}`, answer)
  return answer
}

beforeAll(async () => {
  t = await openTestSandbox()
  const { corpId: corpid, secret: corpsecret } = t.sandbox.credentials
  const { welcomeCode } = await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1', state: 'expo' })
  const { chatId } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'lisi', members: ['wm1'] })
  await get('gettoken', { corpid, corpsecret })
  await get('get_jsapi_ticket')
  await get('ticket/get', { type: 'agent_config' })
  await get('user/get', { userid: 'lisi' })
  await get('user/simplelist', { department_id: '1' })
  await get('user/list', { department_id: '1' })
  await get('department/list')
  await get('externalcontact/get_follow_user_list')
  await get('externalcontact/list', { userid: 'zhangsan' })
  const query = new URLSearchParams({
    appid: corpid,
    redirect_uri: 'http://a.test/',
    response_type: 'code',
    sandbox_guide: 'lisi',
  })
  const login = await fetch(`${t.url}/connect/oauth2/authorize?${query}`, { redirect: 'manual' })
  await get('auth/getuserinfo', { code: new URL(login.headers.get('location') ?? '').searchParams.get('code') ?? '' })

  const way = await post('add_contact_way', { type: 1, scene: 2, user: ['zhangsan'], state: 's', style: 1 })
  await post('get_contact_way', { config_id: way.config_id })
  await post('list_contact_way')
  await post('update_contact_way', { config_id: way.config_id, remark: '新' })
  await post('del_contact_way', { config_id: way.config_id })
  const made = await post('add_corp_tag', { group_name: '组', tag: [{ name: '甲' }, { name: '乙' }] })
  const [first, second] = (made.tag_group as { tag: { id: string }[] }).tag // written by add_corp_tag just above
  await post('mark_tag', { ...pair, add_tag: [first?.id] })
  await post('edit_corp_tag', { id: first?.id, name: '丙' })
  await post('del_corp_tag', { tag_id: [second?.id] })
  await post('get_corp_tag_list', { tag_id: [first?.id] })
  await post('remark', { ...pair, remark: '老客' })
  await get('externalcontact/get', { external_userid: 'wm1' })
  await post('batch/get_by_user', { userid_list: ['zhangsan'] })
  await post('send_welcome_msg', { welcome_code: welcomeCode, ...content })

  const { msgid } = await post('add_msg_template', { sender: 'zhangsan', ...content })
  t.clock.advance(2_000)
  await t.sandbox.confirmMassSend({ msgid: String(msgid), userId: 'zhangsan' })
  await post('get_groupmsg_list_v2', { chat_type: 'single', start_time: 1740790000, end_time: 1740791000 })
  await post('get_groupmsg_task', { msgid })
  await post('get_groupmsg_send_result', { msgid, userid: 'zhangsan' })
  await post('remind_groupmsg_send', { msgid })
  await post('cancel_groupmsg_send', { msgid })
  await post('groupchat/list', { limit: 10 })
  await post('groupchat/get', { chat_id: chatId, need_name: 1 })
  const join = await post('groupchat/add_join_way', { scene: 2, chat_id_list: [chatId], state: 'j' })
  await post('groupchat/get_join_way', { config_id: join.config_id })
  await post('groupchat/update_join_way', { config_id: join.config_id, scene: 2, chat_id_list: [chatId] })
  await post('groupchat/del_join_way', { config_id: join.config_id })

  const from = { handover_userid: 'zhangsan', takeover_userid: 'lisi' }
  await post('transfer_customer', { ...from, external_userid: ['wm1'], transfer_success_msg: '您好' })
  await post('transfer_result', from)
  await post('groupchat/onjob_transfer', { chat_id_list: [chatId], new_owner: 'zhangsan' })
  await t.sandbox.addStaff({ userId: 'wangwu', name: '王五' })
  await t.sandbox.scan({ userId: 'wangwu', externalUserId: 'wm2' })
  await t.sandbox.scan({ userId: 'wangwu', externalUserId: 'wm3' })
  const { chatId: ownedByWangwu } = await t.sandbox.createGroup({ name: '王五的群', ownerUserId: 'wangwu' })
  await t.sandbox.removeStaff({ userId: 'wangwu' })
  await post('get_unassigned_list', { page_size: 1 })
  const left = { handover_userid: 'wangwu', takeover_userid: 'lisi' }
  await post('resigned/transfer_customer', { ...left, external_userid: ['wm2'] })
  await post('resigned/transfer_result', left)
  await post('transfer', { ...left, external_userid: 'wm3' })
  await post('groupchat/transfer', { chat_id_list: [ownedByWangwu], new_owner: 'lisi' })

  const textMessage = { touser: 'lisi', agentid: 1_000_002, msgtype: 'text', ...content }
  answers.set('/cgi-bin/message/send', await t.post('message/send', textMessage))
  const upload = await t.upload('media/upload', { type: 'image' }, picture)
  answers.set('/cgi-bin/media/upload', upload)
  answers.set('/cgi-bin/media/uploadimg', await t.upload('media/uploadimg', {}, picture))
  const file = await fetch(await t.address('media/get', { media_id: String(upload.media_id) }))
  answers.set('/cgi-bin/media/get', { errcode: file.ok ? 0 : -1, errmsg: 'bytes' })
})
afterAll(() => t.close())

/** `a[].b.c` for every value in an answer. */
function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [`${path}[]`, ...value.flatMap((item) => pathsOf(item, `${path}[]`))]
  if (typeof value !== 'object' || value === null) return path.endsWith('[]') ? [] : [path]
  return Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, path === '' ? key : `${path}.${key}`))
}

it.each(facts)('$path succeeds with the fields of the facts, no others', ({ path, answers: named }) => {
  const { errcode, errmsg: _text, ...fields } = answers.get(path) ?? { errcode: 1, errmsg: '' }
  expect(errcode).toBe(0)
  const known = named.split(' ')
  expect([...new Set(pathsOf(fields))].filter((field) => !known.includes(field))).toEqual([])
})
