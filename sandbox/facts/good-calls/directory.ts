import type { GoodCalls } from '../good-call.ts'

/** Members, departments, member tags, imports, and chats of the app. */
export const directoryCalls: GoodCalls = async (t) => {
  await t.get('user/get', { userid: 'lisi' })
  await t.get('user/simplelist', { department_id: '1' })
  await t.get('user/list', { department_id: '1' })
  await t.post('/user/list_id', { limit: 1 })
  const member = { name: '王五', mobile: '13800000001', email: 'w@a.cn', biz_mail: 'w@corp.cn', department: [1] }
  await t.post('/user/create', { userid: 'wangwu', ...member, is_leader_in_dept: [1] })
  await t.post('/user/update', { userid: 'wangwu', position: '店长' })
  await t.post('/user/getuserid', { mobile: member.mobile })
  await t.post('/user/get_userid_by_email', { email: 'w@corp.cn' })
  const { openid } = await t.post('/user/convert_to_openid', { userid: 'wangwu' })
  await t.post('/user/convert_to_userid', { openid })
  await t.post('/user/get_active_stat', { date: '2025-02-28' })
  await t.get('department/list')
  await t.get('department/simplelist')
  const { id } = await t.post('/department/create', { name: '三里屯店', parentid: 1 })
  await t.get('department/get', { id: String(id) })
  await t.post('/department/update', { id, name: '三里屯' })
  const { tagid } = await t.post('/tag/create', { tagname: '店长' })
  await t.post('/tag/update', { tagid, tagname: '店长们' })
  await t.post('/tag/addtagusers', { tagid, userlist: ['wangwu', 'nobody'], partylist: [1] })
  await t.get('tag/get', { tagid: String(tagid) })
  await t.post('/tag/deltagusers', { tagid, userlist: ['wangwu'] })
  await t.get('tag/list')
  await t.get('tag/delete', { tagid: String(tagid) })
  await t.get('department/delete', { id: String(id) })
  await t.get('user/delete', { userid: 'wangwu' })
  await t.post('/batch/invite', { user: ['lisi', 'nobody'] })
  const csv = (text: string) => ({ name: 'a.csv', type: 'text/csv', bytes: Buffer.from(text) })
  const members = await t.upload(
    'media/upload',
    { type: 'file' },
    csv('姓名,帐号,所在部门\n张三,zhangsan,1\n李四,lisi,1'),
  )
  const parties = await t.upload('media/upload', { type: 'file' }, csv('部门名称,部门ID,父部门ID\n店,8,1'))
  for (const [path, media_id] of [
    ['/batch/syncuser', members.media_id],
    ['/batch/replaceuser', members.media_id],
    ['/batch/replaceparty', parties.media_id],
  ] as const) {
    const { jobid } = await t.post(path, { media_id })
    await t.sandbox.settle()
    await t.get('batch/getresult', { jobid: String(jobid) })
  }
  const { chatid } = await t.post('/appchat/create', { name: '早会', userlist: ['zhangsan', 'lisi'], owner: 'lisi' })
  await t.post('/appchat/update', { chatid, name: '晚会' })
  await t.get('appchat/get', { chatid: String(chatid) })
  await t.post('/appchat/send', { chatid, msgtype: 'text', text: { content: '开会' } })
  // Last: afterwards the corp has one member.
  await t.post('/user/batchdelete', { useridlist: ['zhangsan'] })
}
