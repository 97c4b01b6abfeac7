import type { ChatMessage } from '../../../server/sidebar-api/contract.ts'

export interface Names {
  /** Unknown until WeCom has told it. */
  customer: string | null
  guide: string
}

/** A line that says nothing but the customer's name. */
const WHOLE_LINE = /^[ \t]*(?:亲爱的|Hi|hi|嗨)?[ \t]*\{客户昵称\}[，,、：:；;。．.！!？?~～ \t]*$/

/** Nothing stays of such a line, nor two empty lines where it stood between them; the server's welcomes do the same. */
function withoutLines(text: string): string {
  const kept: string[] = []
  let isBehind = false
  for (const line of text.split('\n')) {
    if (WHOLE_LINE.test(line)) isBehind = true
    else if (!isBehind || line.trim() !== '' || (kept.at(-1) ?? '').trim() !== '') {
      kept.push(line)
      isBehind = false
    }
  }
  return kept.join('\n')
}

/** Puts the names into {客户昵称} and {导购名}. Without the customer's name the mark goes, with the comma after it or the
 *  one before, so that 「{客户昵称}，你好」 becomes 「你好」; a line of nothing else goes as a whole. */
export function fillIn(text: string, names: Names): string {
  const withGuide = text.replaceAll('{导购名}', () => names.guide)
  const { customer } = names
  // A function, since `$&` in a nickname is a nickname.
  if (customer !== null && customer !== '') return withGuide.replaceAll('{客户昵称}', () => customer)
  return withoutLines(withGuide)
    .replace(/\{客户昵称\}[，,、：:!！~～\s]*/g, '')
    .replace(/[，,]\s*$/, '')
}

export function fillMessage(message: ChatMessage, names: Names): ChatMessage {
  if (message.msgtype !== 'text') return message
  return { ...message, text: { content: fillIn(message.text.content, names) } }
}
