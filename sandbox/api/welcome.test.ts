import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const send = (welcome_code: string | undefined, body: object = { text: { content: '欢迎' } }) =>
  t.post('externalcontact/send_welcome_msg', { welcome_code, ...body })
const scan = () => t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
const received = () => t.sandbox.messagesOf('wm1').filter((message) => message.from === 'guide')

it('reaches the customer once', async () => {
  const { welcomeCode } = await scan()
  const link = { title: '煎牛排', url: 'https://shop.test/a' }
  const body = { text: { content: '欢迎' }, attachments: [{ msgtype: 'link', link }] }
  expect((await send(welcomeCode, body)).errcode).toBe(0)
  expect((await send(welcomeCode, body)).errcode).toBe(41051)
  expect(received()).toMatchObject([
    { kind: 'text', text: '欢迎', via: 'welcome', userId: 'zhangsan' },
    { kind: 'link', attachment: { msgtype: 'link', link } },
  ])
})

it('dies after 20 s', async () => {
  const { welcomeCode } = await scan()
  t.clock.advance(20_000)
  expect((await send(welcomeCode)).errcode).toBe(41050)
  expect((await send('CALLBACK_unknown')).errcode).toBe(41050)
  expect(received()).toEqual([])
})

it('is too late once they talk', async () => {
  const { welcomeCode } = await scan()
  await t.sandbox.say({ userId: 'zhangsan', externalUserId: 'wm1', text: '你好' })
  expect((await send(welcomeCode)).errcode).toBe(41051)
})

it.each([
  [{}, 40058],
  [{ text: { content: '牛'.repeat(1334) } }, 40058],
  [{ attachments: Array(10).fill({ msgtype: 'link', link: { title: 'a', url: 'b' } }) }, 41064],
  [{ attachments: [{ msgtype: 'poll', poll: {} }] }, 41065],
  [{ attachments: [{ msgtype: 'image', image: { media_id: 'none' } }] }, 40007],
  [{ attachments: [{ msgtype: 'image', image: {} }] }, 40058],
  [{ attachments: [{ msgtype: 'link', link: { title: '牛'.repeat(43), url: 'b' } }] }, 40058],
  [
    { attachments: [{ msgtype: 'miniprogram', miniprogram: { title: '牛'.repeat(22), appid: 'a', page: 'p' } }] },
    40058,
  ],
])('refuses content %# and keeps the code alive', async (body, errcode) => {
  const { welcomeCode } = await scan()
  expect((await send(welcomeCode, body)).errcode).toBe(errcode)
  expect((await send(welcomeCode)).errcode).toBe(0)
})

it('takes 4,000 bytes of text', async () => {
  const { welcomeCode } = await scan()
  expect((await send(welcomeCode, { text: { content: '牛'.repeat(1333) } })).errcode).toBe(0)
})

it('refuses media older than three days', async () => {
  const picture = { name: 'a.png', type: 'image/png', bytes: Buffer.from('pretend png') }
  const { media_id } = await t.upload('media/upload', { type: 'image' }, picture)
  const body = { attachments: [{ msgtype: 'image', image: { media_id } }] }
  expect((await send((await scan()).welcomeCode, body)).errcode).toBe(0)
  t.clock.advance(3 * 86_400_000)
  const { welcomeCode } = await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
  expect((await send(welcomeCode, body)).errcode).toBe(40007)
})
