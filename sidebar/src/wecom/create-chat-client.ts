import type { Boot, ChatMessage } from '../../../server/sidebar-api/contract.ts'
import type { Api } from '../api/api.ts'
import type { ChatClient } from './chat-client.ts'
import { createSandboxBridge } from './sandbox-bridge.ts'

/** The chat window of the platform that the server works with. The SDK of the real one is loaded when it is needed. */
export const createChatClient =
  (api: Pick<Api, 'signature'>) =>
  (boot: Boot): ChatClient => {
    if (boot.platform === 'sandbox' && boot.bridgeOrigin !== null) {
      return createSandboxBridge({ bridgeOrigin: boot.bridgeOrigin })
    }
    const client = import('./wecom-client.ts').then(({ createWecomClient }) =>
      createWecomClient({ boot, sign: (kind, url) => api.signature(kind, url) }),
    )
    return {
      context: async () => (await client).context(),
      open: async (externalUserId: string) => (await client).open(externalUserId),
      send: async (message: ChatMessage) => (await client).send(message),
      onContextChange: (listener) => {
        let end = (): void => undefined
        let ended = false
        void client.then((real) => {
          if (!ended) end = real.onContextChange(listener)
        })
        return () => {
          ended = true
          end()
        }
      },
    }
  }
