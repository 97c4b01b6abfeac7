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
  /** The platform's noes that stay noes, in Chinese, by their numbers. With any other it may have been done. */
  noes?: Readonly<Record<number, string>>
  /** Likewise that the member has had it as often as they may: of a second try that may be the first one's doing. */
  limits?: Readonly<Record<number, string>>
}

/** Said before anything is done. */
const NOT_DONE: ReadonlySet<string> = new Set(['shop.too-fast', 'shop.refused', 'shop.no-token', 'shop.token-refused'])

/** Gives by an interface that would give a second time when asked a second time: where an earlier try may have been carried out
 *  it looks first. Throws ShopError, with `mayHaveHappened` unless it is certain that nothing was done. */
export async function giveOnce({
  asked,
  given,
  isSpent = false,
  holds,
  send,
  noes = {},
  limits = {},
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
    const limit = reply === undefined ? undefined : limits[reply]
    if (limit !== undefined) return atLimit(asked.before, limit)
    // Of an answer that never came the connection knows whether it was asked for; of one that we do not know nobody does.
    if (NOT_DONE.has(code) || code === 'shop.unreachable') throw error
    throw new ShopError(code as `shop.${string}`, message, { scope, retry, zh, mayHaveHappened: true })
  }
}

/** Who had none before a try whose answer was lost, and now may have no more, has got it by that. */
function atLimit(before: string | undefined, zh: string): Granted {
  if (before === undefined) return { kind: 'refused', zh }
  return before === '0' ? { kind: 'given' } : { kind: 'unsure', zh: `上一次没有等到应答，再发时店铺说：${zh}` }
}
