/** How the guide's WeCom client is today: what its native side does with the page beside the chat. Times are real
 *  milliseconds. */
export interface ClientMoods {
  /** Of WeCom, as its user agent says. The SDK of a client before 3.0.24 does config first. */
  version: string
  /** The bridge is in the page only so long after the page has begun. */
  injectedAfterMs: number
  /** Every answer takes so long. */
  answerAfterMs: number
  /** So often is each answer given. */
  answers: number
  /** Calls that are never answered. */
  silent: string[]
  /** By call: what its `err_msg` says instead of `ok`. */
  refuses: Record<string, string>
  /** What the page notices of another chat: it is hidden and seen again, or it is loaded anew. */
  switchBy: 'hide' | 'reload'
}

export const goodClient = (): ClientMoods => ({
  version: '4.1.38',
  injectedAfterMs: 0,
  answerAfterMs: 0,
  answers: 1,
  silent: [],
  refuses: {},
  switchBy: 'hide',
})
