import type { ChatClient } from './chat-client.ts'

/** Opens the chat with one of the guide's customers; where the client refuses, says why. Never throws. */
export async function openChat(chat: ChatClient, externalUserId: string, toast: (text: string) => void): Promise<void> {
  try {
    await chat.open(externalUserId)
  } catch (refusal) {
    toast(refusal instanceof Error ? refusal.message : '没有打开聊天，请在企业微信里打开')
  }
}
