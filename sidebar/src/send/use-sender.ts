import { type DeepReadonly, reactive, readonly } from 'vue'
import type { ChatMessage } from '../../../server/sidebar-api/contract.ts'
import type { Api } from '../api/api.ts'
import { newKey } from '../session/outbox.ts'
import { fillMessage, missingPlaces, type Names } from '../text/fill-in.ts'
import { type ChatClient, ChatError } from '../wecom/chat-client.ts'
import { copyText } from './copy-text.ts'

/** Milliseconds during which the button of something just sent stays shut. */
const SETTLE_MS = 4_000

export type SendState = 'sending' | 'sent'

export interface Outgoing {
  /** Same thing, same key: it cannot be on its way twice. */
  key: string
  messages: ChatMessage[]
  scriptId?: string
  taskId?: string
  /** Which of the list that is shown, from 1. */
  place?: number
}

export interface Sender {
  /** Words that the chat window refused, to be copied and pasted by hand. */
  readonly refused: DeepReadonly<Record<string, string>>
  copy(key: string): Promise<void>
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
  const refused = reactive<Record<string, string>>({})

  /** The message goes into whatever chat is open, so look once more whose it is. */
  async function isStillWith(externalUserId: string): Promise<boolean> {
    const context = await options.chat.context()
    return context.kind === 'customer' && context.externalUserId === externalUserId
  }

  async function send(what: Outgoing): Promise<boolean> {
    const externalUserId = options.externalUserId()
    const stateKey = `${externalUserId} ${what.key}`
    if (states[stateKey] !== undefined) return false
    const names = options.names()
    const texts = what.messages.flatMap((one) => (one.msgtype === 'text' ? [one.text.content] : []))
    const missing = texts.flatMap((text) => missingPlaces(text, names))
    if (missing.length > 0) {
      options.toast(`还不知道这位客户的「${missing.join('」「')}」，点「改一改」补上再发`)
      return false
    }
    states[stateKey] = 'sending'
    delete refused[stateKey]
    try {
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
      const text = what.messages
        .flatMap((one) => (one.msgtype === 'text' ? [fillMessage(one, names)] : []))
        .flatMap((one) => (one.msgtype === 'text' ? [one.text.content] : []))
        .join('\n')
      if (text !== '') refused[stateKey] = text
      const why = error instanceof ChatError ? error.message : '没有发出，请重试'
      options.toast(text === '' ? why : `${why}；也可以复制文字，到聊天里粘贴`)
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
      ...(what.place === undefined ? {} : { place: what.place }),
    }
    try {
      await options.api.noteSent(externalUserId, sent).catch(() => options.api.noteSent(externalUserId, sent))
    } catch {
      options.toast('已发到聊天，但没能记到客户动态里')
    }
  }

  /** It is not known what becomes of it then, and so nothing is logged. */
  async function copy(key: string): Promise<void> {
    const text = refused[`${options.externalUserId()} ${key}`]
    if (text === undefined) return
    const isThere = await copyText(text)
    options.toast(isThere ? '已复制，到聊天里粘贴；图片和链接要另外加' : '这台设备不让复制，请长按文字自己选')
  }

  return { states: readonly(states), refused: readonly(refused), send, copy }
}

/** The state of one thing for the customer on the screen. */
export const stateOf = (sender: Sender, externalUserId: string, key: string): SendState | undefined =>
  sender.states[`${externalUserId} ${key}`]

/** Was it refused, so that its words may be copied? */
export const isRefused = (sender: Sender, externalUserId: string, key: string): boolean =>
  sender.refused[`${externalUserId} ${key}`] !== undefined
