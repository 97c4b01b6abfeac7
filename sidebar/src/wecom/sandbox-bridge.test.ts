import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSandboxBridge } from './sandbox-bridge.ts'

const DESK = 'http://127.0.0.1:3100'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A page of the desk that answers by hand. */
function desk() {
  const asked: { message: { id: string; call: string; args: unknown }; origin: string }[] = []
  const heard: ((event: MessageEvent) => void)[] = []
  const parent = {
    postMessage: (message: never, origin: string) => asked.push({ message, origin }),
  } as unknown as Window
  const self = {
    addEventListener: (_: string, listener: (event: MessageEvent) => void) => heard.push(listener),
  } as unknown as Window
  const say = (data: unknown, origin = DESK, source: unknown = parent): void => {
    for (const listener of heard) listener({ data, origin, source } as MessageEvent)
  }
  const bridge = createSandboxBridge({ bridgeOrigin: DESK, self, parent, timeoutMs: 5_000 })
  const idOf = (call: string): string | undefined => asked.findLast(({ message }) => message.call === call)?.message.id
  const answer = (call: string, result: unknown): void => say({ huoshui: 'bridge', id: idOf(call), ok: true, result })
  return { bridge, asked, say, answer }
}

const turn = () => vi.advanceTimersByTimeAsync(0)

test('asks the desk for the entry and for the customer side by side, and only the desk', async () => {
  const { bridge, asked, answer } = desk()
  const context = bridge.context()
  expect(asked.map(({ message, origin }) => [message.call, origin])).toEqual([
    ['getCurExternalContact', DESK],
    ['getContext', DESK],
  ])
  expect(asked[1]?.message).toEqual({ huoshui: 'bridge', id: 'getContext-2', call: 'getContext', args: {} })
  answer('getContext', { entry: 'single_chat_tools' })
  await turn()
  answer('getCurExternalContact', { userId: 'wm-a' })
  expect(await context).toEqual({ kind: 'customer', externalUserId: 'wm-a' })
})

test('a page opened outside a chat has no customer', async () => {
  const { bridge, answer } = desk()
  const context = bridge.context()
  answer('getContext', { entry: 'normal' })
  expect(await context).toEqual({ kind: 'elsewhere', entry: 'normal' })
})

test('beside a group it asks for the group', async () => {
  const { bridge, answer } = desk()
  const context = bridge.context()
  answer('getContext', { entry: 'group_chat_tools' })
  await turn()
  answer('getCurExternalChat', { chatId: 'wr-1' })
  expect(await context).toEqual({ kind: 'group', chatId: 'wr-1' })
})

test('answers from another origin or another window are not heard', async () => {
  const { bridge, say, answer } = desk()
  let settled = false
  const context = bridge.context().finally(() => {
    settled = true
  })
  say({ huoshui: 'bridge', id: 'getContext-2', ok: true, result: { entry: 'normal' } }, 'http://evil.example')
  say({ huoshui: 'bridge', id: 'getContext-2', ok: true, result: { entry: 'normal' } }, DESK, {})
  say('noise')
  await turn()
  expect(settled).toBe(false)
  answer('getContext', { entry: 'contact_profile' })
  await turn()
  answer('getCurExternalContact', { userId: 'wm-a' })
  expect(await context).toEqual({ kind: 'customer', externalUserId: 'wm-a' })
})

test('sends the message as sendChatMessage takes it', async () => {
  const { bridge, asked, answer } = desk()
  const sent = bridge.send({ msgtype: 'text', text: { content: '你好' } })
  expect(asked[0]?.message).toMatchObject({
    call: 'sendChatMessage',
    args: { msgtype: 'text', text: { content: '你好' } },
  })
  answer('sendChatMessage', undefined)
  await expect(sent).resolves.toBeUndefined()
})

test.each([
  ['sendChatMessage:fail no permission', 'no-permission'],
  ['sendChatMessage:fail without context of external contact', 'not-in-chat'],
  ['sendChatMessage:fail cannot send', 'refused'],
])('%s is told as %s', async (errMsg, code) => {
  const { bridge, asked, say } = desk()
  const sent = bridge.send({ msgtype: 'text', text: { content: '你好' } })
  say({ huoshui: 'bridge', id: asked[0]?.message.id, ok: false, errMsg })
  await expect(sent).rejects.toMatchObject({ code })
})

test('no answer in time is a timeout, and an answer after that harms nothing', async () => {
  const { bridge, asked, say } = desk()
  const sent = bridge.send({ msgtype: 'text', text: { content: '你好' } })
  const refused = expect(sent).rejects.toMatchObject({ code: 'timeout' })
  await vi.advanceTimersByTimeAsync(5_000)
  await refused
  say({ huoshui: 'bridge', id: asked[0]?.message.id, ok: true })
})

test('a change of chat is passed on until nobody listens', () => {
  const { bridge, say } = desk()
  const listener = vi.fn()
  const stop = bridge.onContextChange(listener)
  say({ huoshui: 'bridge', event: 'contextChanged' })
  say({ huoshui: 'bridge', event: 'contextChanged' }, 'http://evil.example')
  stop()
  say({ huoshui: 'bridge', event: 'contextChanged' })
  expect(listener).toHaveBeenCalledTimes(1)
})
