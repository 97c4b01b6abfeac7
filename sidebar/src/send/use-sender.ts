import { type DeepReadonly, reactive, readonly } from 'vue'
import type { ChatMessage } from '../../../server/sidebar-api/contract.ts'
import type { Api } from '../api/api.ts'
import { newKey } from '../session/outbox.ts'
import { fillMessage, type Names } from '../text/fill-in.ts'
import { type ChatClient, ChatError } from '../wecom/chat-client.ts'

/** Milliseconds during which the button of something just sent stays shut. */
const SETTLE_MS = 4_000

export type SendState = 'sending' | 'sent'

export interface Outgoing {
  /** Same thing, same key: it cannot be on its way twice. */
  key: string
  messages: ChatMessage[]
  scriptId?: string
  taskId?: string
}

export interface Sender {
  readonly states: DeepReadonly<Record<string, SendState>>
  /** Sends all messages in order; true when the last one went. A second call while the first is under way, or right after
   *  it, does nothing. */
  send(what: Outgoing): Promise<boolean>
}

interface Options {
  chat: ChatClient
  api: Pick<Api, 'noteSent'>
  /** Whom the page shows. */
  externalUserId(): string
  names(): Names
  toast(text: string): void
  /** The chat turned out to be with somebody else. */
  onOtherCustomer(): void
  newKey?: () => string
  settleMs?: number
}

export function useSender(options: Options): Sender {
  const states = reactive<Record<string, SendState>>({})

  /** The message goes into whatever chat is open, so look once more whose it is. */
  async function isStillWith(externalUserId: string): Promise<boolean> {
    const context = await options.chat.context()
    return context.kind === 'customer' && context.externalUserId === externalUserId
  }

  async function send(what: Outgoing): Promise<boolean> {
    const externalUserId = options.externalUserId()
    const stateKey = `${externalUserId} ${what.key}`
    if (states[stateKey] !== undefined) return false
    states[stateKey] = 'sending'
    try {
      const names = options.names()
      for (const message of what.messages) {
        if (!(await isStillWith(externalUserId))) {
          delete states[stateKey]
          options.toast('聊天已经换人，这条没有发出')
          options.onOtherCustomer()
          return false
        }
        await options.chat.send(fillMessage(message, names))
      }
    } catch (error) {
      delete states[stateKey]
      options.toast(error instanceof ChatError ? error.message : '没有发出，请重试')
      return false
    }
    states[stateKey] = 'sent'
    setTimeout(() => delete states[stateKey], options.settleMs ?? SETTLE_MS)
    options.toast('已发到聊天')
    await note(externalUserId, what)
    return true
  }

  /** The message is out already: a failure here is worth one more try and one plain line, not an alarm. */
  async function note(externalUserId: string, what: Outgoing): Promise<void> {
    const sent = {
      key: (options.newKey ?? newKey)(),
      ...(what.scriptId === undefined ? {} : { scriptId: what.scriptId }),
      ...(what.taskId === undefined ? {} : { taskId: what.taskId }),
    }
    try {
      await options.api.noteSent(externalUserId, sent).catch(() => options.api.noteSent(externalUserId, sent))
    } catch {
      options.toast('已发到聊天，但没能记到客户动态里')
    }
  }

  return { states: readonly(states), send }
}

/** The state of one thing for the customer on the screen. */
export const stateOf = (sender: Sender, externalUserId: string, key: string): SendState | undefined =>
  sender.states[`${externalUserId} ${key}`]
