import type { ChatMessage } from '../../../server/sidebar-api/contract.ts'

export interface Names {
  /** Unknown until WeCom has told it. */
  customer: string | null
  guide: string
}

/** Puts the names into {客户昵称} and {导购名}. Without the customer's name the mark goes, with the comma after it or the
 *  one before, so that 「{客户昵称}，你好」 becomes 「你好」. */
export function fillIn(text: string, names: Names): string {
  const withGuide = text.replaceAll('{导购名}', () => names.guide)
  const { customer } = names
  // A function, since `$&` in a nickname is a nickname.
  if (customer !== null && customer !== '') return withGuide.replaceAll('{客户昵称}', () => customer)
  return withGuide.replace(/\{客户昵称\}[，,、：:!！~～\s]*/g, '').replace(/[，,]\s*$/, '')
}

export function fillMessage(message: ChatMessage, names: Names): ChatMessage {
  if (message.msgtype !== 'text') return message
  return { ...message, text: { content: fillIn(message.text.content, names) } }
}
