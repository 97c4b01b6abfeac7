import * as ww from '@wecom/jssdk'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWecomClient } from './wecom-client.ts'

vi.mock('@wecom/jssdk', () => ({
  register: vi.fn(),
  getContext: vi.fn(),
  getCurExternalContact: vi.fn(),
  getCurExternalChat: vi.fn(),
  sendChatMessage: vi.fn(),
  openEnterpriseChat: vi.fn(),
}))

const sdk = vi.mocked(ww)
const OK = { errMsg: 'ok', errCode: 0 }
const boot = { corpId: 'ww1', agentId: 1_000_002, platform: 'wecom' as const, bridgeOrigin: null }
const sign = vi.fn(async () => ({ timestamp: 1, nonceStr: 'n', signature: 's' }))
const open = () => createWecomClient({ boot, sign })

beforeEach(() => {
  sdk.getContext.mockResolvedValue({ ...OK, entry: 'single_chat_tools' as ww.EntryType })
  sdk.getCurExternalContact.mockResolvedValue({ ...OK, userId: 'wm-a' })
  sdk.sendChatMessage.mockResolvedValue(OK)
})
afterEach(() => {
  vi.clearAllMocks()
  vi.useRealTimers()
})

test('registers with both signatures: the corp’s for config, the app’s for agentConfig', async () => {
  open()
  const options = sdk.register.mock.calls[0]?.[0]
  expect(options).toMatchObject({
    corpId: 'ww1',
    agentId: 1_000_002,
    jsApiList: ['getContext', 'getCurExternalContact', 'getCurExternalChat', 'sendChatMessage', 'openEnterpriseChat'],
  })
  const here = window.location.href
  // Both are asked for at once, and before the SDK asks for either.
  expect(sign.mock.calls).toEqual([
    ['corp', here],
    ['agent', here],
  ])
  await options?.getConfigSignature?.(here)
  await options?.getAgentConfigSignature?.(here)
  expect(sign).toHaveBeenCalledTimes(2)
  await options?.getConfigSignature?.('https://scrm.example/sidebar/')
  await options?.getAgentConfigSignature?.(here)
  expect(sign.mock.calls.slice(2)).toEqual([
    ['corp', 'https://scrm.example/sidebar/'],
    ['agent', here],
  ])
})

test('a signature that failed early is asked for anew', async () => {
  sign.mockRejectedValueOnce(new Error('nobody is logged in yet'))
  open()
  const options = sdk.register.mock.calls[0]?.[0]
  expect(await options?.getConfigSignature?.(window.location.href)).toEqual({
    timestamp: 1,
    nonceStr: 'n',
    signature: 's',
  })
})

test('knows the customer of the chat', async () => {
  expect(await open().context()).toEqual({ kind: 'customer', externalUserId: 'wm-a' })
})

test('in a group chat there is no one customer, whatever WeCom says of one', async () => {
  sdk.getCurExternalContact.mockRejectedValue({ errMsg: 'getCurExternalContact:fail without context', errCode: 3 })
  sdk.getContext.mockResolvedValue({ ...OK, entry: 'group_chat_tools' as ww.EntryType })
  sdk.getCurExternalChat.mockResolvedValue({ ...OK, chatId: 'wr-1' })
  expect(await open().context()).toEqual({ kind: 'group', chatId: 'wr-1' })
})

test('a group of which WeCom tells no id is nowhere, and outside a group nobody asks for one', async () => {
  sdk.getContext.mockResolvedValue({ ...OK, entry: 'group_chat_tools' as ww.EntryType })
  sdk.getCurExternalChat.mockResolvedValue({ ...OK, chatId: undefined as unknown as string })
  expect(await open().context()).toEqual({ kind: 'elsewhere', entry: 'group_chat_tools' })
  sdk.getCurExternalChat.mockClear()
  sdk.getContext.mockResolvedValue({ ...OK, entry: 'single_chat_tools' as ww.EntryType })
  await open().context()
  expect(sdk.getCurExternalChat).not.toHaveBeenCalled()
})

test('sends a message as it is', async () => {
  await open().send({ msgtype: 'image', image: { mediaid: 'm1' } })
  expect(sdk.sendChatMessage.mock.calls[0]?.[0]).toEqual({ msgtype: 'image', image: { mediaid: 'm1' } })
})

test('opens the chat with a customer', async () => {
  sdk.openEnterpriseChat.mockResolvedValue({ ...OK, chatId: '' })
  await open().open('wm-a')
  expect(sdk.openEnterpriseChat.mock.calls).toEqual([[{ externalUserIds: ['wm-a'], groupName: '' }]])
})

test('WeCom’s refusal is put into plain words', async () => {
  sdk.getCurExternalContact.mockRejectedValue({ errMsg: 'getCurExternalContact:fail no permission', errCode: 3 })
  await expect(open().context()).rejects.toMatchObject({
    code: 'no-permission',
    message: expect.stringContaining('可信域名'),
  })
})

test('a client that never answers is given up after 12 s', async () => {
  vi.useFakeTimers()
  sdk.getContext.mockReturnValue(new Promise<never>(() => undefined))
  const refused = expect(open().context()).rejects.toMatchObject({ code: 'timeout' })
  await vi.advanceTimersByTimeAsync(12_000)
  await refused
})

test('coming back to the page asks again whose chat it is', () => {
  const listener = vi.fn()
  const stop = open().onContextChange(listener)
  document.dispatchEvent(new Event('visibilitychange'))
  stop()
  document.dispatchEvent(new Event('visibilitychange'))
  expect(listener).toHaveBeenCalledTimes(1)
})
