import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

let told = 0
beforeEach(() => {
  told = 0
})
/** Change events since the last look, in the order they happened. */
const heard = (): string[] => {
  const events = t.sandbox.callbackLog().slice(told)
  told += events.length
  return events.map(({ xml }) => /<ChangeType>.*/.exec(xml)?.[0].replaceAll(/<!\[CDATA\[|\]\]>/g, '') ?? '')
}

it('a member whose userid changes keeps customers, groups, codes and tasks', async () => {
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  const { chatId } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'zhangsan', members: ['wm1'] })
  const way = await t.post('externalcontact/add_contact_way', { type: 1, scene: 2, user: ['zhangsan'] })
  const { msgid } = await t.post('externalcontact/add_msg_template', { sender: 'zhangsan', text: { content: '好' } })
  heard()
  await t.sandbox.renameStaff({ userId: 'zhangsan', newUserId: 'zhangsan001' })
  expect(heard()).toEqual([
    '<ChangeType>update_user</ChangeType><UserID>zhangsan</UserID><NewUserID>zhangsan001</NewUserID><Name>张三</Name><Department>1</Department></xml>',
  ])
  expect((await t.get('user/get', { userid: 'zhangsan' })).errcode).toBe(60111)
  expect(await t.get('externalcontact/get', { external_userid: externalUserId })).toMatchObject({
    follow_user: [{ userid: 'zhangsan001' }],
  })
  expect((await t.post('externalcontact/groupchat/get', { chat_id: chatId })).group_chat).toMatchObject({
    owner: 'zhangsan001',
  })
  expect((await t.post('externalcontact/get_contact_way', { config_id: way.config_id })).contact_way).toMatchObject({
    user: ['zhangsan001'],
  })
  await t.sandbox.confirmMassSend({ msgid: String(msgid), userId: 'zhangsan001' })
  expect(t.sandbox.messagesOf('wm1').at(-1)).toMatchObject({ userId: 'zhangsan001', via: 'mass-send' })
})

it('moves of members and departments are told as the platform tells them', async () => {
  await t.sandbox.addDepartment({ id: 2, name: '三里屯店' })
  await t.sandbox.moveStaff({ userId: 'lisi', departments: [1, 2] })
  await t.sandbox.editStaff({ userId: 'lisi', position: '店长' })
  await t.sandbox.addDepartment({ id: 3, name: '华北', parentId: 1 })
  await t.sandbox.moveDepartment({ id: 2, parentId: 3 })
  expect(heard()).toEqual([
    '<ChangeType>create_party</ChangeType><Id>2</Id><Name>三里屯店</Name><ParentId>1</ParentId></xml>',
    '<ChangeType>update_user</ChangeType><UserID>lisi</UserID><Department>1,2</Department></xml>',
    '<ChangeType>update_user</ChangeType><UserID>lisi</UserID><Position>店长</Position></xml>',
    '<ChangeType>create_party</ChangeType><Id>3</Id><Name>华北</Name><ParentId>1</ParentId></xml>',
    '<ChangeType>update_party</ChangeType><Id>2</Id><Name>三里屯店</Name><ParentId>3</ParentId></xml>',
  ])
  await expect(t.sandbox.moveDepartment({ id: 3, parentId: 2 })).rejects.toThrow('下级部门')
  await expect(t.sandbox.removeDepartment({ id: 2 })).rejects.toThrow('还有成员')
  await t.sandbox.moveStaff({ userId: 'lisi', departments: [1] })
  await t.sandbox.removeDepartment({ id: 2 })
  expect(heard().at(-1)).toBe('<ChangeType>delete_party</ChangeType><Id>2</Id></xml>')
})
