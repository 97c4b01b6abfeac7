import type { ConsentScope } from './privacy-tables.ts'

/** What is not wanted, in the words of a customer's timeline. */
export const SCOPE_WORDS: Record<ConsentScope, string> = {
  '': '任何营销',
  sends: '群发',
  journeys: '自动跟进',
  invites: '入群邀请',
}
