import { type DeepReadonly, reactive, readonly } from 'vue'
import type { ChatMessage, Sent } from '../../../server/sidebar-api/contract.ts'
import type { Api } from '../api/api.ts'
import { newKey } from '../session/outbox.ts'
import { fillMessage, missingPlaces, type Names, placesLeft } from '../text/fill-in.ts'
import { type ChatClient, ChatError } from '../wecom/chat-client.ts'
import { copyText } from './copy-text.ts'
import { kindsOf } from './kinds-of.ts'

/** Milliseconds during which the button of something just sent stays shut. */
const SETTLE_MS = 4_000
/** Milliseconds during which the rest of something is offered alone; later it is another conversation. So long, too, its words can be
 *  copied. */
const REST_MS = 10 * 60_000

export type SendState = 'sending' | 'sent'

export interface Outgoing {
  /** Same thing, same key: it cannot be on its way twice. */
  key: string
  messages: ChatMessage[]
  scriptId?: string
  taskId?: string
  /** Which of the list that is drawn, from 1. */
  place?: number
  /** That list, by id. */
  shown?: string[]
  /** The text as the script has it, when `messages` hold it filled and changed by hand: they go out as they are. */
  filledFrom?: string
  /** What went before these is out already. */
  isRest?: boolean
}

/** What the chat window refused. */
interface Unsent {
  /** Words to be copied and pasted by hand; empty: there are none, or they are out. */
  text: string
  /** How many, from the end; those before are out and go out no second time. */
  left: number
  /** Some are out. */
  isRest: boolean
  /** Under which those that are out were told. */
  key: string
  /** How many are out, and of which kinds. */
  after: number
  kinds: ChatMessage['msgtype'][]
}

export interface Sender {
  readonly unsent: DeepReadonly<Record<string, Unsent>>
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
  const unsent = reactive<Record<string, Unsent>>({})

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
    const places = openPlaces(what, names)
    if (places.length > 0) {
      options.toast(
        what.filledFrom === undefined
          ? `还不知道这位客户的「${places.join('」「')}」，点「改一改」补上再发`
          : `「{${places.join('}」「{')}}」还在，请改成要说的话再发`,
      )
      return false
    }
    const messages = what.filledFrom === undefined ? what.messages.map((one) => fillMessage(one, names)) : what.messages
    states[stateKey] = 'sending'
    const before = what.isRest === true ? unsent[stateKey] : undefined
    const key = before?.key ?? (options.newKey ?? newKey)()
    const out = { after: before?.after ?? 0, kinds: before?.kinds ?? [] }
    delete unsent[stateKey]
    let gone = 0
    /** Those that are out are out, whatever became of the others. */
    const kept = (): string => {
      const text = keepUnsent(stateKey, messages.slice(gone), { key, ...withGone(out, messages.slice(0, gone)) })
      if (gone > 0) void note(externalUserId, what, { key, ...partOf(messages, { ...out, gone }) })
      return text
    }
    try {
      for (const message of messages) {
        if (!(await isStillWith(externalUserId))) {
          delete states[stateKey]
          if (out.after + gone > 0) kept()
          options.toast(`聊天已经换人，${gone === 0 ? '这条没有发出' : saidOf(messages, gone)}`)
          options.onOtherCustomer()
          return false
        }
        await options.chat.send(message)
        gone += 1
      }
    } catch (error) {
      delete states[stateKey]
      const text = kept()
      const why = error instanceof ChatError ? error.message : '没有发出，请重试'
      const said = gone === 0 ? why : `${saidOf(messages, gone)}：${why}`
      const byHand = [
        ...(text === '' ? [] : ['复制文字，到聊天里粘贴']),
        ...(messages.slice(gone).some(isFile) ? ['下载下来，在聊天里自己发'] : []),
      ]
      options.toast(byHand.length === 0 ? said : `${said}；也可以${byHand.join('，或')}`)
      return false
    }
    states[stateKey] = 'sent'
    setTimeout(() => delete states[stateKey], options.settleMs ?? SETTLE_MS)
    options.toast('已发到聊天')
    await note(externalUserId, what, { key, ...(out.after === 0 ? {} : partOf(messages, { ...out, gone })) })
    return true
  }

  /** Gives the words among what is left. */
  function keepUnsent(stateKey: string, left: readonly ChatMessage[], out: Out & { key: string }): string {
    const text = left.flatMap((one) => (one.msgtype === 'text' ? [one.text.content] : [])).join('\n')
    unsent[stateKey] = { text, left: left.length, isRest: out.after > 0, ...out }
    const kept = unsent[stateKey]
    setTimeout(() => {
      if (unsent[stateKey] === kept) delete unsent[stateKey]
    }, REST_MS)
    return text
  }

  /** The message is out already: a failure here is worth one more try and one plain line, not an alarm. */
  async function note(externalUserId: string, what: Outgoing, told: Pick<Sent, 'key' | 'part'>): Promise<void> {
    const sent = {
      ...told,
      ...(what.scriptId === undefined ? {} : { scriptId: what.scriptId }),
      ...(what.taskId === undefined ? {} : { taskId: what.taskId }),
      ...(what.place === undefined ? {} : { place: what.place }),
      ...(what.shown === undefined ? {} : { shown: what.shown }),
    }
    try {
      await options.api.noteSent(externalUserId, sent).catch(() => options.api.noteSent(externalUserId, sent))
    } catch {
      options.toast('已发到聊天，但没能记到客户动态里')
    }
  }

  /** It is not known what becomes of it then, and so nothing is logged. */
  async function copy(key: string): Promise<void> {
    const text = unsent[`${options.externalUserId()} ${key}`]?.text ?? ''
    if (text === '') return
    const isThere = await copyText(text)
    options.toast(isThere ? '已复制，到聊天里粘贴；图片和链接要另外加' : '这台设备不让复制，请长按文字自己选')
  }

  return { states: readonly(states), unsent: readonly(unsent), send, copy }
}

/** The state of one thing for the customer on the screen. */
export const stateOf = (sender: Sender, externalUserId: string, key: string): SendState | undefined =>
  sender.states[`${externalUserId} ${key}`]

/** What of it the chat window refused for the customer on the screen. */
export const unsentOf = (sender: Sender, externalUserId: string, key: string): DeepReadonly<Unsent> | undefined =>
  sender.unsent[`${externalUserId} ${key}`]

/** What is out before these. */
type Out = Pick<Unsent, 'after' | 'kinds'>
const withGone = ({ after, kinds }: DeepReadonly<Out>, gone: readonly ChatMessage[]): Out => ({
  after: after + gone.length,
  kinds: [...new Set([...kinds, ...kindsIn(gone)])],
})
const partOf = (
  messages: readonly ChatMessage[],
  { after, kinds, gone }: DeepReadonly<Out> & { gone: number },
): Pick<Sent, 'part'> => ({
  part: {
    after,
    ...(after === 0 ? {} : { before: [...kinds] }),
    went: kindsIn(messages.slice(0, gone)),
    refused: kindsIn(messages.slice(gone)),
  },
})
const isFile = ({ msgtype }: ChatMessage): boolean => msgtype === 'video' || msgtype === 'file'
const kindsIn = (messages: readonly ChatMessage[]) => [...new Set(messages.map(({ msgtype }) => msgtype))]

const saidOf = (messages: readonly ChatMessage[], gone: number): string =>
  `${kindsOf(messages.slice(0, gone))}已发出，${kindsOf(messages.slice(gone))}没有发出`

/** Places that nobody has filled. */
function openPlaces({ messages, filledFrom }: Outgoing, names: Names): string[] {
  const texts = messages.flatMap((one) => (one.msgtype === 'text' ? [one.text.content] : []))
  return texts.flatMap((text) =>
    filledFrom === undefined ? missingPlaces(text, names) : placesLeft(text, filledFrom, names),
  )
}
