import * as ww from '@wecom/jssdk'
import type { Boot, ChatMessage, Signature } from '../../../server/sidebar-api/contract.ts'
import { type ChatClient, ChatError, chatErrorOf, contextFrom, UNSIGNED, within } from './chat-client.ts'

/** Milliseconds; the first call includes agentConfig and its signature. */
const TIMEOUT_MS = 12_000

interface Options {
  boot: Boot
  /** Signs the page's URL for the corp (`config`) or the app (`agentConfig`). */
  sign(kind: 'corp' | 'agent', url: string): Promise<Signature>
}

/** The WeCom client through its JS-SDK; in any other browser nobody is beside the page. Source: developer.work.weixin.qq.com,
 *  JS-SDK: getContext, getCurExternalContact, getCurExternalChat, sendChatMessage, openEnterpriseChat; all need the app's
 *  identity (agentConfig). */
export function createWecomClient({ boot, sign }: Options): ChatClient {
  // Outside WeCom the SDK waits for a bridge that never comes.
  if (!ww.env.isWeCom) return NOBODY

  /** The SDK hands on whatever is thrown here as its own refusal. */
  const signed = (kind: 'corp' | 'agent', url: string): Promise<Signature> =>
    sign(kind, url).catch((cause: unknown) => Promise.reject({ errMsg: UNSIGNED, cause }))

  ww.register({
    corpId: boot.corpId,
    agentId: boot.agentId,
    jsApiList: ['getContext', 'getCurExternalContact', 'getCurExternalChat', 'sendChatMessage', 'openEnterpriseChat'],
    // Of clients before 3.0.24 only.
    getConfigSignature: (url) => signed('corp', url),
    getAgentConfigSignature: (url) => signed('agent', url),
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

const refuse = async (): Promise<never> => {
  throw new ChatError('no-client')
}

const NOBODY: ChatClient = {
  context: async () => ({ kind: 'elsewhere', entry: 'normal' }),
  send: refuse,
  open: refuse,
  onContextChange: () => () => undefined,
}

type SendParams = Parameters<typeof ww.sendChatMessage>[0]

/** Our messages have the fields of WeCom's own; its type names msgtype by an enum of the same strings. */
const forWecom = (message: ChatMessage): SendParams => message as unknown as SendParams

function errMsgOf(error: unknown): string {
  if (error instanceof Error) return error.message
  if (error !== null && typeof error === 'object' && 'errMsg' in error) return String(error.errMsg)
  return ''
}
