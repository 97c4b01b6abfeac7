import { shallowRef } from 'vue'
import type { Script } from '../../../server/sidebar-api/contract.ts'
import { fillMessage } from '../text/fill-in.ts'
import { type ChatClient, ChatError } from '../wecom/chat-client.ts'

interface Options {
  chat: ChatClient
  chatId: string
  /** The guide's name, for {导购名}. A group has no one nickname: that mark goes. */
  guide: string
  toast(text: string): void
  onOtherChat(): void
}

/** Sends a script into the group that the page shows. `state`: which script is on its way or just out. */
export function useGroupSend({ chat, chatId, guide, toast, onOtherChat }: Options) {
  const busy = shallowRef<string>()
  const sent = shallowRef<string>()

  async function send(script: Script): Promise<void> {
    if (busy.value !== undefined) return
    busy.value = script.id
    try {
      for (const message of script.messages) {
        // The message goes into whatever chat is open, so look once more which it is.
        const context = await chat.context()
        if (context.kind !== 'group' || context.chatId !== chatId) {
          toast('聊天已经换了，这条没有发出')
          onOtherChat()
          return
        }
        await chat.send(fillMessage(message, { customer: null, guide }))
      }
      sent.value = script.id
      toast('已发到群里')
    } catch (error) {
      toast(error instanceof ChatError ? error.message : '没有发出，请重试')
    } finally {
      busy.value = undefined
    }
  }

  return { busy, sent, send }
}
