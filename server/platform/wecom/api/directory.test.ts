import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())

const wangwu = { userid: 'wangwu', name: '王五', mobile: '13800000005', biz_mail: 'w@corp.cn', department: [1] }

it('a member is made, found by mobile and mail, changed, renamed once and removed', async () => {
  const { members } = t.contacts.directory
  const { staff } = t.wecom
  await members.create({ ...wangwu, is_leader_in_dept: [1] })
  expect(await staff.get('wangwu')).toMatchObject({ name: '王五', status: 4, is_leader_in_dept: [1] })
  expect(await staff.get('wangwu')).not.toHaveProperty('mobile')
  expect((await staff.byMobile('13800000005')).userid).toBe('wangwu')
  expect((await staff.byEmail({ email: 'W@corp.cn' })).userid).toBe('wangwu')
  const { openid } = await staff.toOpenId('wangwu')
  expect((await staff.fromOpenId(openid)).userid).toBe('wangwu')
  await members.update({ userid: 'wangwu', new_userid: 'wangwu01', position: '店长', enable: 1 })
  expect(await staff.get('wangwu01')).toMatchObject({ position: '店长', status: 1 })
  await expect(members.update({ userid: 'wangwu01', new_userid: 'w2' })).rejects.toMatchObject({ errcode: 301036 })
  expect((await t.contacts.staff.listIds({ limit: 10 })).dept_user).toContainEqual({
    userid: 'wangwu01',
    department: 1,
  })
  expect((await staff.activeCount('2026-03-01')).active_cnt).toBe(3)
  await members.remove('wangwu01')
  await expect(staff.get('wangwu01')).rejects.toMatchObject({ errcode: 60111 })
  expect((await staff.list(1)).userlist?.map((member) => member.userid)).toEqual(['zhangsan', 'lisi'])
})

it('an app’s own secret may read the directory but not write it, and says what to do', async () => {
  await expect(t.wecom.directory.members.create(wangwu)).rejects.toMatchObject({
    errcode: 48002,
    zh: expect.stringContaining('48002'),
  })
  await expect(t.wecom.staff.listIds()).rejects.toMatchObject({ errcode: 48002 })
})

it('one wrong id and no member of many is removed', async () => {
  const { members } = t.contacts.directory
  await expect(members.removeMany(['zhangsan', 'nobody'])).rejects.toMatchObject({ errcode: 60111 })
  expect((await t.wecom.staff.get('zhangsan')).name).toBe('张三')
  await members.removeMany(['zhangsan', 'lisi'])
  expect((await t.wecom.staff.simpleList(1)).userlist).toEqual([])
})

it('a department is made, moved, renamed and removed once nobody is in it', async () => {
  const { departments, members } = t.contacts.directory
  const { id: region } = await departments.create({ name: '华北', parentid: 1 })
  const { id: shop } = await departments.create({ name: '三里屯店', parentid: 1 })
  await departments.update({ id: shop, parentid: region, name: '三里屯' })
  expect((await t.wecom.staff.department(shop)).department).toMatchObject({ name: '三里屯', parentid: region })
  expect((await t.wecom.staff.departmentIds(region)).department_id?.map((one) => one.id)).toEqual([region, shop])
  await expect(departments.update({ id: region, parentid: shop })).rejects.toMatchObject({ errcode: 60010 })
  await members.update({ userid: 'lisi', department: [shop] })
  await expect(departments.remove(shop)).rejects.toMatchObject({ errcode: 60005 })
  await members.update({ userid: 'lisi', department: [1] })
  await expect(departments.remove(region)).rejects.toMatchObject({ errcode: 60006 })
  await departments.remove(shop)
  await departments.remove(region)
  expect((await t.wecom.staff.departments()).department?.map((one) => one.id)).toEqual([1])
})

it('a file of members is imported, with a result for each line and the event that it is done', async () => {
  const csv = '姓名,帐号,所在部门\n张三丰,zhangsan,1\n赵六,zhaoliu,1\n孙七,sunqi,77'
  const file = { fileName: '通讯录.csv', bytes: Buffer.from(csv) }
  const { media_id } = await t.wecom.media.upload({ type: 'file', ...file })
  const callback = { url: 'https://crm.example.com/wecom/callback', token: 'token', encodingaeskey: 'key' }
  const { jobid } = await t.contacts.directory.imports.syncMembers({ media_id, callback })
  await t.sandbox.settle()
  expect(await t.contacts.directory.imports.result(jobid)).toMatchObject({
    status: 3,
    percentage: 100,
    result: [
      { action: 2, userid: 'zhangsan', errcode: 0 },
      { action: 1, userid: 'zhaoliu', errcode: 0 },
      { action: 1, userid: 'sunqi', errcode: 60123 },
    ],
  })
  expect((await t.wecom.staff.get('zhangsan')).name).toBe('张三丰')
  const [done] = t.sandbox.callbackLog()
  expect(done?.xml).toContain(`<BatchJob><JobId><![CDATA[${jobid}]]></JobId><JobType><![CDATA[sync_user]]></JobType>`)
  await expect(t.contacts.directory.imports.replaceMembers({ media_id: 'none' })).rejects.toMatchObject({
    errcode: 40007,
  })
})

it('a member tag holds members and departments, and messages reach whom it names', async () => {
  const { memberTags, messages } = t.wecom
  const { tagid } = await memberTags.create({ tagname: '店长' })
  await expect(memberTags.create({ tagname: '店长' })).rejects.toMatchObject({ errcode: 40071 })
  expect(await memberTags.addMembers({ tagid, userlist: ['lisi', 'nobody'] })).toMatchObject({
    invalidlist: ['nobody'],
  })
  await memberTags.rename({ tagid, tagname: '店长们' })
  expect(await memberTags.get(tagid)).toMatchObject({ tagname: '店长们', userlist: [{ userid: 'lisi' }] })
  await messages.send({ totag: String(tagid), msgtype: 'text', text: { content: '开会' } })
  expect(t.sandbox.world.appMessages.get('lisi')).toHaveLength(1)
  await memberTags.removeMembers({ tagid, userlist: ['lisi'] })
  expect((await memberTags.list()).taglist).toEqual([{ tagid, tagname: '店长们' }])
  await memberTags.remove(tagid)
  await expect(memberTags.get(tagid)).rejects.toMatchObject({ errcode: 40068 })
})

it('invitations name those who do not exist', async () => {
  expect(await t.wecom.directory.invite({ user: ['lisi', 'nobody'], party: [9] })).toMatchObject({
    invaliduser: ['nobody'],
    invalidparty: [9],
  })
})

describe('before the call', () => {
  const { name } = wangwu
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a userid with a blank',
      () => t.contacts.directory.members.create({ ...wangwu, userid: '王 五' }),
      '「成员账号」只能有字母、数字和 _-@.，1–64 个，以字母或数字开头',
    ],
    [
      'a member without mobile and mail',
      () => t.contacts.directory.members.create({ userid: 'a', name, department: [1] }),
      '成员的手机号和邮箱至少填一个',
    ],
    [
      'a department with a stroke in its name',
      () => t.contacts.directory.departments.create({ name: 'a|b', parentid: 1 }),
      '「部门名称」不能为空，也不能有 \\ : * ? " < > |',
    ],
    [
      'a tag name of 33 characters',
      () => t.wecom.memberTags.create({ tagname: '店'.repeat(33) }),
      '「成员标签名」有 33 个字，最多 32 个字',
    ],
    ['a day that is none', () => t.wecom.staff.activeCount('3月1日'), '「日期」要写成 2026-03-01 这样'],
  ])('%s is refused in Chinese', async (_, act, zh) => {
    await expect(act()).rejects.toMatchObject({ code: 'wecom.bad-request', zh })
  })
})
