import type { AskedGrant, Granted } from './shop-connection.ts'
import { ShopError } from './shop-error.ts'

/** What became of a try whose answer was lost, by what the member had before it and has now: as much more as was given, nothing
 *  more, or something that this cannot explain. */
export function cameOf(before: string, now: string, given: number): 'given' | 'not-given' | 'unsure' {
  const more = Number(now) - Number(before)
  if (more === given) return 'given'
  return more === 0 ? 'not-given' : 'unsure'
}

export interface GivenOnce {
  asked: AskedGrant
  /** How much more the member then has. */
  given: number
  /** What the member has gets less when it is used: as much as before does not say that nothing was given. */
  isSpent?: boolean
  /** What the member has now. */
  holds: () => Promise<string | undefined>
  send: () => Promise<unknown>
  /** The platform's noes that stay noes, in Chinese, by their numbers. */
  noes?: Readonly<Record<number, string>>
  /** Numbers with which the platform does not say whether it was done. */
  doubtful?: (reply: number) => boolean
}

/** Gives by an interface that would give a second time when asked a second time: where an earlier try may have been carried out
 *  it looks first. Throws ShopError, with `mayHaveHappened` unless the platform has said no. */
export async function giveOnce({
  asked,
  given,
  isSpent = false,
  holds,
  send,
  noes = {},
  doubtful = () => false,
}: GivenOnce): Promise<Granted> {
  if (asked.before !== undefined) {
    const now = await holds()
    const came = now === undefined ? 'unsure' : cameOf(asked.before, now, given)
    if (came === 'given') return { kind: 'given' }
    if (came === 'unsure') return { kind: 'unsure', zh: '上一次没有等到应答，之后客户那里的数目又变过，看不出给了没有' }
    if (isSpent)
      return { kind: 'unsure', zh: '上一次没有等到应答，客户那里的数目没有变，也可能给了又用掉了，看不出给了没有' }
  }
  await asked.beforeSend()
  try {
    await send()
    return { kind: 'given' }
  } catch (error) {
    if (!(error instanceof ShopError)) throw error
    const { code, message, scope, retry, reply, zh = '平台拒绝了' } = error
    const said = reply === undefined ? undefined : noes[reply]
    if (said !== undefined) return { kind: 'refused', zh: said }
    const isNo = code === 'shop.said-no' && reply !== undefined && !doubtful(reply)
    if (isNo) return { kind: 'refused', zh }
    // It may have been carried out before the platform stumbled, or spoken of in words that we do not know.
    if (code === 'shop.busy' || code === 'shop.not-understood' || code === 'shop.said-no')
      throw new ShopError(code, message, { scope, retry, zh, mayHaveHappened: true })
    throw error
  }
}
