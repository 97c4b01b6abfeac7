import { onScopeDispose, readonly, shallowRef } from 'vue'
import { type ChatClient, type ChatContext, ChatError } from './chat-client.ts'

/** Milliseconds after which the chat window is called slow. */
const SLOW_MS = 2_000

/** Whom the chat is with, kept up to date. From the moment that it may be somebody else until that is known, `changing`
 *  holds, and nothing of the former customer may be seen or done; an answer that has been overtaken by another change is
 *  ignored. */
export function useCurrentCustomer(chat: ChatClient, options: { slowMs?: number } = {}) {
  const context = shallowRef<ChatContext>()
  const error = shallowRef<ChatError>()
  const slow = shallowRef(false)
  const changing = shallowRef(false)
  let asked = 0

  async function look(): Promise<void> {
    const number = ++asked
    changing.value = context.value !== undefined
    const timer = setTimeout(() => {
      if (number === asked) slow.value = true
    }, options.slowMs ?? SLOW_MS)
    try {
      const found = await chat.context()
      if (number !== asked) return
      context.value = sameContext(context.value, found) ? context.value : found
      error.value = undefined
    } catch (caught) {
      if (number !== asked) return
      error.value = caught instanceof ChatError ? caught : new ChatError('refused', { cause: caught })
      context.value = undefined
    } finally {
      clearTimeout(timer)
      if (number === asked) {
        slow.value = false
        changing.value = false
      }
    }
  }

  onScopeDispose(chat.onContextChange(() => void look()))
  void look()

  return {
    context: readonly(context),
    error: readonly(error),
    slow: readonly(slow),
    changing: readonly(changing),
    look,
  }
}

function sameContext(a: ChatContext | undefined, b: ChatContext): boolean {
  if (a?.kind === 'group') return b.kind === 'group' && a.chatId === b.chatId
  return a?.kind === 'customer' && b.kind === 'customer' && a.externalUserId === b.externalUserId
}
