import { foldedWord } from '../../core/kernel/folded-word.ts'
import type { ServiceMessage } from '../../platform/wecom/api/customer-service.ts'
import type { StopWords } from '../../rules/schema/policy-rule.ts'

/** Of messages: what a customer said. */
const FROM_CUSTOMER = 3

/** Pure. What a message says of being written to: only a customer's own text counts, and only when all of it is one of the words. */
export function wordMeaning(
  message: ServiceMessage,
  { stop, again }: Pick<StopWords, 'stop' | 'again'>,
): 'stop' | 'again' | undefined {
  if (message.origin !== FROM_CUSTOMER || message.msgtype !== 'text' || !message.external_userid) return undefined
  const said = foldedWord(message.text?.content ?? '')
  const isAmong = (words: readonly string[]): boolean => words.some((word) => foldedWord(word) === said)
  if (said === '') return undefined
  if (isAmong(stop.words)) return 'stop'
  return isAmong(again.words) ? 'again' : undefined
}
