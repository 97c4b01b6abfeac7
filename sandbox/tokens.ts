import type { Clock } from '../server/kernel/clock.ts'
import type { SeededRandom } from './random.ts'
import { refuse } from './refusal.ts'

/** Seconds. */
export const TOKEN_LIFE_SEC = 7200

export type Tokens = ReturnType<typeof createTokens>

/** Access tokens and JS-SDK tickets: asking again while one is valid returns the same. Docs 91039, 90506. */
export function createTokens(clock: Clock, random: SeededRandom) {
  const current = new Map<string, { value: string; expiresAtMs: number }>()
  /** Every access token handed out → when it dies. */
  const known = new Map<string, number>()

  const give = (kind: string): { value: string; expiresInSec: number } => {
    const nowMs = clock.now()
    let held = current.get(kind)
    if (!held || held.expiresAtMs <= nowMs) {
      held = { value: random.text(86), expiresAtMs: nowMs + TOKEN_LIFE_SEC * 1000 }
      current.set(kind, held)
      if (kind === 'access_token') known.set(held.value, held.expiresAtMs)
    }
    return { value: held.value, expiresInSec: Math.ceil((held.expiresAtMs - nowMs) / 1000) }
  }

  return {
    give,
    check: (token: string | undefined): void => {
      if (!token) refuse(41001, 'access_token missing')
      const expiresAtMs = known.get(token ?? '')
      if (expiresAtMs === undefined) refuse(40014, 'invalid access_token')
      if ((expiresAtMs ?? 0) <= clock.now()) refuse(42001, 'access_token expired')
    },
    /** The platform ends the current token early. */
    forget: (): void => {
      const held = current.get('access_token')
      if (held) known.delete(held.value)
      current.delete('access_token')
    },
  }
}
