import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ChatClient } from './chat-client.ts'

/** The real SDK over a bridge that the test answers. It looks at its surroundings when it is loaded, so each test loads it. */

type Answer = Record<string, unknown> | 'never'
interface Invoked {
  name: string
  params: Record<string, unknown>
}

const CLIENT = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/108.0.0.0 Safari/537.36'
const here = (): string => window.location.href.split('#')[0] ?? ''
const boot = { corpId: 'ww1', agentId: 1_000_002, platform: 'wecom' as const }
const sign = vi.fn(async (_kind: 'corp' | 'agent', _url: string) => ({
  timestamp: 1_700_000_000,
  nonceStr: 'n',
  signature: 's',
}))

let invoked: Invoked[]
let answers: Record<string, Answer>

beforeEach(() => {
  invoked = []
  answers = {
    getContext: { entry: 'single_chat_tools' },
    getCurExternalContact: { userId: 'wm-a' },
    getCurExternalChat: { chatId: 'wr-1' },
  }
})
afterEach(() => {
  vi.clearAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const bridge = (times = 1) => ({
  invoke(name: string, params: Record<string, unknown>, callback: (result: object) => void) {
    invoked.push({ name, params })
    const answer = answers[name] ?? {}
    if (answer === 'never') return
    for (let time = 0; time < times; time++) callback({ err_msg: `${name}:ok`, ...answer })
  },
})

interface Surroundings {
  version?: string
  times?: number
  /** The bridge is there only when the test says so. */
  isLate?: boolean
}

async function open({ version = '4.1.38', times = 1, isLate = false }: Surroundings = {}): Promise<ChatClient> {
  vi.resetModules()
  vi.stubGlobal('navigator', { userAgent: version === '' ? CLIENT : `${CLIENT} wxwork/${version}`, platform: 'Win32' })
  vi.stubGlobal('WeixinJSBridge', isLate ? undefined : bridge(times))
  const { createWecomClient } = await import('./wecom-client.ts')
  return createWecomClient({ boot, sign })
}

const names = (): string[] => invoked.map(({ name }) => name)
const paramsOf = (wanted: string) => invoked.find(({ name }) => name === wanted)?.params

test('introduces the app by its own signature for this page, and then asks', async () => {
  expect(await (await open()).context()).toEqual({ kind: 'customer', externalUserId: 'wm-a' })
  expect(names()).toEqual(['agentConfig', 'getCurExternalContact', 'getContext'])
  expect(sign.mock.calls).toEqual([['agent', here()]])
  expect(paramsOf('agentConfig')).toEqual({
    corpid: 'ww1',
    agentid: '1000002',
    timestamp: '1700000000',
    nonceStr: 'n',
    signature: 's',
    jsApiList: ['getContext', 'getCurExternalContact', 'getCurExternalChat', 'sendChatMessage', 'openEnterpriseChat'],
  })
  expect(paramsOf('getCurExternalContact')).toMatchObject({ verifySignature: 's', verifyAppId: 'ww1' })
})

test('a client before 3.0.24 is told of the corp first', async () => {
  expect(await (await open({ version: '3.0.16' })).context()).toMatchObject({ externalUserId: 'wm-a' })
  expect(names()).toEqual(['preVerifyJSAPI', 'agentConfig', 'getCurExternalContact', 'getContext'])
  expect(sign.mock.calls.map(([kind]) => kind).sort()).toEqual(['agent', 'corp'])
})

test('a signature that failed is asked for anew with the next question', async () => {
  sign.mockRejectedValueOnce(new Error('nobody is logged in yet'))
  const client = await open()
  await expect(client.context()).rejects.toMatchObject({ code: 'unsigned' })
  expect(await client.context()).toEqual({ kind: 'customer', externalUserId: 'wm-a' })
})

test('a bridge that comes later than the page is waited for', async () => {
  const client = await open({ isLate: true })
  const context = client.context()
  await new Promise((resolve) => setTimeout(resolve))
  expect(invoked).toEqual([])
  vi.stubGlobal('WeixinJSBridge', bridge())
  document.dispatchEvent(new Event('WeixinJSBridgeReady'))
  expect(await context).toEqual({ kind: 'customer', externalUserId: 'wm-a' })
})

test('a client that answers each question twice is heard once', async () => {
  const client = await open({ times: 2 })
  expect(await client.context()).toEqual({ kind: 'customer', externalUserId: 'wm-a' })
  await client.send({ msgtype: 'text', text: { content: '你好' } })
  expect(names().filter((name) => name === 'sendChatMessage')).toHaveLength(1)
})

test('in a group chat there is no one customer, whatever WeCom says of one', async () => {
  answers.getContext = { entry: 'group_chat_tools' }
  answers.getCurExternalContact = { err_msg: 'getCurExternalContact:fail without context of external contact' }
  expect(await (await open()).context()).toEqual({ kind: 'group', chatId: 'wr-1' })
})

test('a group of which WeCom tells no id is nowhere, and outside a group nobody asks for one', async () => {
  answers.getContext = { entry: 'group_chat_tools' }
  answers.getCurExternalChat = {}
  expect(await (await open()).context()).toEqual({ kind: 'elsewhere', entry: 'group_chat_tools' })
  invoked = []
  answers.getContext = { entry: 'single_chat_tools' }
  await (await open()).context()
  expect(names()).not.toContain('getCurExternalChat')
})

test('the app’s home is no chat', async () => {
  answers.getContext = { entry: 'normal' }
  answers.getCurExternalContact = { err_msg: 'getCurExternalContact:fail without context of external contact' }
  expect(await (await open()).context()).toEqual({ kind: 'elsewhere', entry: 'normal' })
})

test('in any other browser nobody is beside the page, and it is said at once', async () => {
  const client = await open({ version: '' })
  expect(await client.context()).toEqual({ kind: 'elsewhere', entry: 'normal' })
  await expect(client.send({ msgtype: 'text', text: { content: '你好' } })).rejects.toMatchObject({ code: 'no-client' })
  await expect(client.open('wm-a')).rejects.toMatchObject({ code: 'no-client' })
  expect([invoked, sign.mock.calls]).toEqual([[], []])
})

test('sends a message as it is, and opens the chat with a customer', async () => {
  const client = await open()
  await client.send({ msgtype: 'image', image: { mediaid: 'm1' } })
  expect(paramsOf('sendChatMessage')).toMatchObject({ msgtype: 'image', image: { mediaid: 'm1' } })
  await client.open('wm-a')
  expect(paramsOf('openEnterpriseChat')).toMatchObject({ externalUserIds: 'wm-a' })
})

test.each([
  ['getCurExternalContact', 'fail no permission', 'no-permission'],
  ['getCurExternalContact', 'fail_no permission', 'no-permission'],
  ['getCurExternalContact', 'fail without context of external contact', 'not-in-chat'],
  [
    'getCurExternalContact',
    'fail_invalid signature more info at https://open.work.weixin.qq.com/devtool/query?e=40093',
    'no-permission',
  ],
  ['agentConfig', 'fail', 'no-permission'],
  ['agentConfig', 'fail invalid url domain', 'no-permission'],
  ['getContext', 'fail', 'refused'],
])('%s that answers «%s» is told as %s', async (name, why, code) => {
  answers[name] = { err_msg: `${name}:${why}` }
  await expect((await open()).context()).rejects.toMatchObject({ code })
})

test('a guide who cancels is told that nothing happened, not to try again', async () => {
  answers.sendChatMessage = { err_msg: 'sendChatMessage:cancel' }
  const sent = (await open()).send({ msgtype: 'text', text: { content: '你好' } })
  await expect(sent).rejects.toMatchObject({ code: 'cancelled', message: expect.stringContaining('取消') })
})

test('a client that never answers is given up after 12 s', async () => {
  answers.getContext = 'never'
  const client = await open()
  vi.useFakeTimers()
  const refused = expect(client.context()).rejects.toMatchObject({ code: 'timeout' })
  await vi.advanceTimersByTimeAsync(12_000)
  await refused
})

test('coming back to the page asks again whose chat it is', async () => {
  const listener = vi.fn()
  const stop = (await open()).onContextChange(listener)
  document.dispatchEvent(new Event('visibilitychange'))
  stop()
  document.dispatchEvent(new Event('visibilitychange'))
  expect(listener).toHaveBeenCalledTimes(1)
})
