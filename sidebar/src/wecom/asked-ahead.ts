import { type ChatClient, type ChatContext, ChatError } from './chat-client.ts'

/** The same chat window, which was asked whom the chat is with before anybody wanted to know: who asks first gets that answer,
 *  unless the chat has become another one meanwhile. One that failed is asked for anew; who has waited long enough is told. */
export function askedAhead(chat: ChatClient, asked: Promise<ChatContext> = chat.context()): ChatClient {
  let begun: Promise<ChatContext> | undefined = asked
  asked.catch(() => undefined)
  const stop = chat.onContextChange(() => {
    begun = undefined
  })
  const askAnew = (error: unknown): Promise<ChatContext> =>
    error instanceof ChatError && error.code === 'timeout' ? Promise.reject(error) : chat.context()
  return {
    ...chat,
    context: () => {
      const first = begun
      begun = undefined
      stop()
      return first === undefined ? chat.context() : first.catch(askAnew)
    },
  }
}
