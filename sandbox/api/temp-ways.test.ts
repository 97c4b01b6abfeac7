import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS } from '../../server/core/kernel/shanghai.ts'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
const post = (path: string, body: object = {}) => t.post(`externalcontact/${path}`, body)
const way = { type: 1, scene: 2, user: ['zhangsan'], is_temp: true }
beforeEach(async () => {
  t = await openTestSandbox()
  t.sandbox.world.isMedical = true
})
afterEach(() => t.close())

it('a temporary way opens a chat without friendship, which ends with the closing words, once', async () => {
  const conclusions = { text: { content: '祝早日康复' }, link: { title: '复诊', url: 'https://example.com' } }
  const { config_id } = await post('add_contact_way', { ...way, conclusions })
  expect((await post('get_contact_way', { config_id })).contact_way).toMatchObject({
    is_temp: true,
    expires_in: 7 * 86_400,
    chat_expires_in: 86_400,
    conclusions,
  })
  expect((await post('list_contact_way')).contact_way).toEqual([])
  await t.sandbox.scan({ configId: String(config_id), externalUserId: 'wm1' })
  expect((await t.get('externalcontact/get', { external_userid: 'wm1' })).errcode).toBe(84061)
  const pair = { userid: 'zhangsan', external_userid: 'wm1' }
  expect((await post('close_temp_chat', pair)).errcode).toBe(0)
  expect(t.sandbox.messagesOf('wm1').slice(-2)).toMatchObject([
    { kind: 'text', text: '祝早日康复' },
    { kind: 'link', attachment: { link: { title: '复诊' } } },
  ])
  expect((await post('close_temp_chat', pair)).errcode).toBe(84061)
})

it('the code and the chat end by themselves, and may be kept for one customer', async () => {
  const { config_id } = await post('add_contact_way', { ...way, expires_in: 3_600, unionid: 'union1' })
  const configId = String(config_id)
  await expect(t.sandbox.scan({ configId, externalUserId: 'wm2' })).rejects.toThrow('只供指定的顾客')
  await t.sandbox.scan({ configId, externalUserId: 'wm1', unionId: 'union1' })
  t.clock.advance(DAY_MS)
  expect((await post('close_temp_chat', { userid: 'zhangsan', external_userid: 'wm1' })).errcode).toBe(84061)
  await expect(t.sandbox.scan({ configId, externalUserId: 'wm1' })).rejects.toThrow('已过期')
})

it.each([
  ['two members', { type: 2, user: ['zhangsan', 'lisi'] }, 40058],
  ['15 days', { expires_in: 15 * 86_400 }, 40058],
  ['a closing picture that is gone', { conclusions: { image: { media_id: 'nonsense' } } }, 40007],
])('one with %s is refused', async (_name, given, errcode) => {
  expect((await post('add_contact_way', { ...way, ...given })).errcode).toBe(errcode)
})

it('corps that are not medical have none', async () => {
  t.sandbox.world.isMedical = false
  expect((await post('add_contact_way', way)).errcode).toBe(48002)
})
