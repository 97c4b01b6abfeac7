import * as ww from '@wecom/jssdk'
import type { Boot, ChatMessage, Signature } from '../../../server/sidebar-api/contract.ts'
import { type ChatClient, ChatError, chatErrorOf, contextFrom, within } from './chat-client.ts'

/** Milliseconds; the first call includes config, agentConfig and two signatures. */
const TIMEOUT_MS = 12_000

interface Options {
  boot: Boot
  /** Signs the page's URL for the corp (`config`) or the app (`agentConfig`). */
  sign(kind: 'corp' | 'agent', url: string): Promise<Signature>
}

/** The real WeCom client through its JS-SDK. Source: developer.work.weixin.qq.com, JS-SDK: getContext,
 *  getCurExternalContact, getCurExternalChat, sendChatMessage; all need the app's identity (agentConfig). */
export function createWecomClient({ boot, sign }: Options): ChatClient {
  // The SDK asks for one after the other, each a round on the network: both are begun now, for its first question.
  const page = window.location.href.split('#')[0] ?? ''
  const begun = new Map((['corp', 'agent'] as const).map((kind) => [kind, sign(kind, page)]))
  for (const one of begun.values()) one.catch(() => undefined)
  async function signOf(kind: 'corp' | 'agent', url: string): Promise<Signature> {
    const early = url === page ? begun.get(kind) : undefined
    begun.delete(kind)
    return early === undefined ? sign(kind, url) : early.catch(() => sign(kind, url))
  }

  ww.register({
    corpId: boot.corpId,
    agentId: boot.agentId,
    jsApiList: ['getContext', 'getCurExternalContact', 'getCurExternalChat', 'sendChatMessage', 'openEnterpriseChat'],
    getConfigSignature: (url) => signOf('corp', url),
    getAgentConfigSignature: (url) => signOf('agent', url),
  })

  async function ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await within(TIMEOUT_MS, call())
    } catch (error) {
      if (error instanceof ChatError) throw error
      throw chatErrorOf(errMsgOf(error), error)
    }
  }

  return {
    context: () =>
      contextFrom(
        async () => (await ask(() => ww.getContext())).entry,
        async () => (await ask(() => ww.getCurExternalContact())).userId,
        async () => (await ask(() => ww.getCurExternalChat())).chatId,
      ),
    send: async (message) => {
      await ask(() => ww.sendChatMessage(forWecom(message)))
    },
    open: async (externalUserId) => {
      await ask(() => ww.openEnterpriseChat({ externalUserIds: [externalUserId], groupName: '' }))
    },
    // The client keeps the page alive behind other windows; coming back may mean another chat.
    onContextChange: (listener) => {
      const onVisible = (): void => {
        if (document.visibilityState === 'visible') listener()
      }
      document.addEventListener('visibilitychange', onVisible)
      return () => document.removeEventListener('visibilitychange', onVisible)
    },
  }
}

type SendParams = Parameters<typeof ww.sendChatMessage>[0]

/** Our messages have the fields of WeCom's own; its type names msgtype by an enum of the same strings. */
const forWecom = (message: ChatMessage): SendParams => message as unknown as SendParams

function errMsgOf(error: unknown): string {
  if (error instanceof Error) return error.message
  if (error !== null && typeof error === 'object' && 'errMsg' in error) return String(error.errMsg)
  return ''
}
