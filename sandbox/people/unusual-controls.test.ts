import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const pair = { userId: 'zhangsan', externalUserId: 'wm1' }
const heard = async (): Promise<string[]> => {
  await t.sandbox.settle()
  return t.received.map((callback) => callback.xml)
}
const elementOf = (xml: string | undefined, name: string): string | undefined =>
  new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(xml ?? '')?.[1]
const mark = (tagId: string) =>
  t.post('externalcontact/mark_tag', { userid: 'zhangsan', external_userid: 'wm1', add_tag: [tagId] })

it('a half add is nobody’s friend for the API until the guide accepts', async () => {
  const tag = await t.sandbox.createTag({ group: '来源', name: '包裹卡' })
  const { welcomeCode } = await t.sandbox.addHalf({ ...pair, state: 'card' })
  expect((await mark(tag.id)).errcode).toBe(84061)
  await expect(t.sandbox.acceptHalf({ userId: 'lisi', externalUserId: 'wm1' })).rejects.toThrow('没有等待通过的添加')
  expect(await t.sandbox.acceptHalf(pair)).toEqual({})
  expect((await mark(tag.id)).errcode).toBe(0)
  const [half, whole] = (await heard()).filter((xml) => xml.includes('external_contact'))
  expect([elementOf(half, 'ChangeType'), elementOf(half, 'State')]).toEqual(['add_half_external_contact', 'card'])
  expect(elementOf(half, 'WelcomeCode')).toBe(welcomeCode)
  expect([elementOf(whole, 'ChangeType'), elementOf(whole, 'State')]).toEqual(['add_external_contact', 'card'])
  expect(whole).not.toContain('WelcomeCode')
})

it('acceptance and archive consent bring codes of their own that work', async () => {
  await t.sandbox.addHalf(pair)
  const { welcomeCode } = await t.sandbox.acceptHalf({ ...pair, withSecondCode: true })
  const send = (code: string | undefined) =>
    t.post('externalcontact/send_welcome_msg', { welcome_code: code, text: { content: '您好' } })
  expect((await send(welcomeCode)).errcode).toBe(0)
  const consent = await t.sandbox.agreeToArchiving(pair)
  const last = (await heard()).at(-1)
  expect([elementOf(last, 'ChangeType'), elementOf(last, 'WelcomeCode')]).toEqual([
    'msg_audit_approved',
    consent.welcomeCode,
  ])
})

it('tells several changes of a group in one event, with versions but no member list, or in the short old form', async () => {
  await t.sandbox.scan(pair)
  const { chatId } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'zhangsan' })
  await t.sandbox.changeGroup({ chatId, name: '新群', ownerUserId: 'lisi', join: ['wm1'] })
  await t.sandbox.changeGroup({ chatId, notice: '通知', form: 'short' })
  const [merged, short] = (await heard()).filter((xml) => xml.includes('UpdateDetail'))
  expect(elementOf(merged, 'UpdateDetail')).toBe('change_name')
  expect(elementOf(merged, 'LastMemVer')).not.toBe(elementOf(merged, 'CurMemVer'))
  expect(merged).not.toContain('MemChangeList')
  expect([elementOf(short, 'UpdateDetail'), short?.includes('MemVer')]).toEqual(['change_notice', false])
  const { group_chat } = await t.post('externalcontact/groupchat/get', { chat_id: chatId })
  expect(group_chat).toMatchObject({ name: '新群', owner: 'lisi', notice: '通知' })
})

it('says who came into and fell out of the app’s range, in the member’s name', async () => {
  await t.sandbox.unsubscribeApp({ userId: 'zhangsan' })
  await t.sandbox.subscribeApp({ userId: 'zhangsan' })
  await t.sandbox.openAppUnlicensed({ userId: 'lisi' })
  await t.sandbox.closeInactiveApp()
  expect((await heard()).map((xml) => [elementOf(xml, 'Event'), elementOf(xml, 'FromUserName')]).toSorted()).toEqual([
    ['close_inactive_agent', 'sys'],
    ['subscribe', 'zhangsan'],
    ['unlicensed_notify', 'lisi'],
    ['unsubscribe', 'zhangsan'],
  ])
  await expect(t.sandbox.subscribeApp({ userId: 'nobody' })).rejects.toThrow('没有这位员工')
})
