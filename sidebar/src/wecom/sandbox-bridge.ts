import type { ChatMessage } from '../../../server/sidebar-api/contract.ts'
import { type ChatClient, ChatError, chatErrorOf, contextFrom } from './chat-client.ts'

/** Milliseconds; a slow client takes about 4 s. */
const TIMEOUT_MS = 12_000

interface Options {
  bridgeOrigin: string
  /** Defaults: this window and its parent. */
  self?: Window
  parent?: Window
  timeoutMs?: number
}

/** The sandbox's page plays the WeCom client: `{ huoshui: 'bridge', id, call, args }` up, `{ …, id, ok, result, errMsg }`
 *  down, and `{ …, event: 'contextChanged' }`. Messages of any other origin or window are not heard. */
export function createSandboxBridge(options: Options): ChatClient {
  const self = options.self ?? window
  const parent = options.parent ?? self.parent
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const waiting = new Map<string, (reply: Reply) => void>()
  const listeners = new Set<() => void>()
  let count = 0

  self.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.origin !== options.bridgeOrigin || event.source !== parent) return
    const message = asBridgeMessage(event.data)
    if (message === undefined) return
    if (message.event === 'contextChanged') for (const listener of listeners) listener()
    if (message.id !== undefined) waiting.get(message.id)?.(message)
  })

  function call(name: string, args: unknown): Promise<unknown> {
    count += 1
    const id = `${name}-${count}`
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(new ChatError('timeout'))), timeoutMs)
      const settle = (outcome: () => void): void => {
        clearTimeout(timer)
        waiting.delete(id)
        outcome()
      }
      waiting.set(id, (reply) =>
        settle(() => (reply.ok === true ? resolve(reply.result) : reject(chatErrorOf(reply.errMsg ?? '')))),
      )
      parent.postMessage({ huoshui: 'bridge', id, call: name, args }, options.bridgeOrigin)
    })
  }

  return {
    context: () =>
      contextFrom(
        async () => textOf(await call('getContext', {}), 'entry') ?? 'normal',
        async () => textOf(await call('getCurExternalContact', {}), 'userId'),
        async () => textOf(await call('getCurExternalChat', {}), 'chatId'),
      ),
    send: async (message: ChatMessage) => {
      // Vue's proxies cannot be cloned into another window.
      await call('sendChatMessage', JSON.parse(JSON.stringify(message)))
    },
    open: async (externalUserId) => {
      await call('openEnterpriseChat', { externalUserIds: [externalUserId] })
    },
    onContextChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

interface Reply {
  id?: string
  event?: string
  ok?: boolean
  result?: unknown
  errMsg?: string
}

function asBridgeMessage(data: unknown): Reply | undefined {
  if (data === null || typeof data !== 'object' || !('huoshui' in data) || data.huoshui !== 'bridge') return undefined
  return data as Reply // every field is optional and checked where it is used
}

function textOf(value: unknown, field: string): string | undefined {
  if (value === null || typeof value !== 'object') return undefined
  const found = (value as Record<string, unknown>)[field]
  return typeof found === 'string' && found !== '' ? found : undefined
}
