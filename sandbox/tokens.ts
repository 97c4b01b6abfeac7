import type { Clock } from '../server/core/kernel/clock.ts'
import type { Moods } from './moods.ts'
import type { SeededRandom } from './random.ts'
import { refuse } from './refusal.ts'

/** Seconds. */
const TOKEN_LIFE_SEC = 7200

/** Whose secret a token came from: our app's, or that of 通讯录同步. */
export type TokenOwner = 'app' | 'contacts'
type Kind = TokenOwner | 'jsapi_ticket' | 'agent_ticket'

export type Tokens = ReturnType<typeof createTokens>

/** Access tokens and JS-SDK tickets: asking again while one is valid returns the same, unless `newTokenEndsOld`. Docs
 *  91039, 90506. */
export function createTokens(options: {
  clock: Clock
  random: SeededRandom
  moods: Pick<Moods, 'newTokenEndsOld'>
  lifeSec?: number | undefined
}) {
  const { clock, random, moods, lifeSec = TOKEN_LIFE_SEC } = options
  const current = new Map<Kind, { value: string; expiresAtMs: number }>()
  /** Every access token handed out → when it dies. */
  const known = new Map<string, { expiresAtMs: number; owner: TokenOwner }>()

  const give = (kind: Kind): { value: string; expiresInSec: number } => {
    const nowMs = clock.now()
    let held = current.get(kind)
    const isToken = kind === 'app' || kind === 'contacts'
    if (isToken && moods.newTokenEndsOld && held) {
      known.delete(held.value)
      held = undefined
    }
    if (!held || held.expiresAtMs <= nowMs) {
      held = { value: random.text(86), expiresAtMs: nowMs + lifeSec * 1000 }
      current.set(kind, held)
      if (isToken) {
        known.set(held.value, { expiresAtMs: held.expiresAtMs, owner: kind })
      }
    }
    return { value: held.value, expiresInSec: Math.ceil((held.expiresAtMs - nowMs) / 1000) }
  }

  return {
    give,
    check: (token: string | undefined): TokenOwner => {
      if (!token) return refuse(41001, 'access_token missing')
      const held = known.get(token) ?? refuse(40014, 'invalid access_token')
      if (held.expiresAtMs <= clock.now()) refuse(42001, 'access_token expired')
      return held.owner
    },
    /** The platform ends the app's current token early. */
    forget: (): void => {
      const held = current.get('app')
      if (held) known.delete(held.value)
      current.delete('app')
    },
  }
}
