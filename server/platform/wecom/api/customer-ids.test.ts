import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())

test('a customer and a group are found by every id that others have of them', async () => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1', unionId: 'union1' })
  const { chatId } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'lisi' })
  const { customerIds, groups } = t.wecom
  const { openid } = await customerIds.openId('wm1')
  expect(await customerIds.ofUnionId({ unionid: 'union1', openid })).toMatchObject({ external_userid: 'wm1' })
  expect((await customerIds.ofUnionIdOrPending({ unionid: 'union1', openid })).external_userid).toBe('wm1')
  expect((await customerIds.ofUnionIdOrPending({ unionid: 'union9', openid })).pending_id).toMatch(/^pe/)
  expect((await groups.chatIdOf(t.sandbox.openGidOf({ chatId }))).chat_id).toBe(chatId)
  const { info_list } = await customerIds.served({ limit: 1 })
  expect(info_list).toMatchObject([{ is_customer: true, external_userid: 'wm1', follow_userid: 'zhangsan' }])
})

test('an unknown customer is a refusal that nothing will change', async () => {
  await expect(t.wecom.customerIds.openId('wm9')).rejects.toMatchObject({ errcode: 40096, retry: 'never' })
})

test.each([
  ['1,001 contacts a page', () => t.wecom.customerIds.served({ limit: 1_001 }), '字段 limit不能大于 1000'],
  ['a conversion of nobody', () => t.wecom.customerIds.ofUnionId({ unionid: '' }), '字段 unionid不能为空'],
])('%s is refused here, in words that help, and nothing is sent', async (_name, ask, zh) => {
  await expect(ask()).rejects.toMatchObject({ code: 'wecom.bad-request', zh })
  expect(t.sandbox.calls()).toEqual([])
})
