import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())
const way = { type: 1 as const, scene: 2 as const, user: ['zhangsan'] }

test('a live code is made, listed, read, changed and deleted', async () => {
  const { ways } = t.wecom
  const { config_id, qr_code } = await ways.add({ ...way, state: 'expo', is_exclusive: true })
  expect((await ways.list({ limit: 10 })).contact_way).toEqual([{ config_id }])
  await ways.update({ config_id, remark: '展会', user: ['lisi'] })
  expect((await ways.get({ config_id })).contact_way).toMatchObject({
    qr_code,
    state: 'expo',
    remark: '展会',
    user: ['lisi'],
    is_exclusive: true,
    is_temp: false,
  })
  await ways.del({ config_id })
  await expect(ways.get({ config_id })).rejects.toMatchObject({ errcode: 41044, retry: 'never' })
})

test('a temporary chat is opened by its code and ended with the closing words', async () => {
  t.sandbox.world.isMedical = true
  const { ways } = t.wecom
  const { config_id } = await ways.add({ ...way, is_temp: true, conclusions: { text: { content: '祝早日康复' } } })
  await ways.update({ config_id, chat_expires_in: 3_600 })
  expect((await ways.get({ config_id })).contact_way).toMatchObject({ is_temp: true, chat_expires_in: 3_600 })
  await t.sandbox.scan({ configId: config_id, externalUserId: 'wm1' })
  const pair = { userid: 'zhangsan', external_userid: 'wm1' }
  await ways.closeTempChat(pair)
  expect(t.sandbox.messagesOf('wm1').at(-1)).toMatchObject({ text: '祝早日康复' })
  await expect(ways.closeTempChat(pair)).rejects.toMatchObject({ errcode: 84061 })
})

test('a corp that is not medical learns that a right is missing and who has to act', async () => {
  const asked = t.wecom.ways.add({ ...way, is_temp: true })
  await expect(asked).rejects.toMatchObject({ errcode: 48002, zh: expect.stringContaining('请') })
})

test.each([
  ['101 guides', { type: 2 as const, user: Array(101).fill('zhangsan') }, '字段 user最多 100 项'],
  ['a remark of 31 characters', { remark: '备'.repeat(31) }, '「联系我备注」有 31 个字，最多 30 个字'],
  ['a temporary code for 15 days', { is_temp: true, expires_in: 15 * 86_400 }, '字段 expires_in不能大于 1209600'],
  [
    'closing words of 4,001 bytes',
    { is_temp: true, conclusions: { text: { content: 'a'.repeat(4_001) } } },
    '「结束语」有 4001 字节，最多 4000 字节（一个汉字 3 字节）',
  ],
])('a code with %s is refused here, in words that help, and nothing is sent', async (_name, given, zh) => {
  await expect(t.wecom.ways.add({ ...way, ...given })).rejects.toMatchObject({ code: 'wecom.bad-request', zh })
  expect(t.sandbox.calls()).toEqual([])
})
