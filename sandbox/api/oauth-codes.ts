import type { Clock } from '../../server/kernel/clock.ts'
import type { SeededRandom } from '../random.ts'
import { refuse } from '../refusal.ts'

const CODE_LIFE_MS = 300_000

export type OAuthCodes = ReturnType<typeof createOAuthCodes>

/** Login codes of members: single use, five minutes. Docs 91022, 91023. */
export function createOAuthCodes(clock: Clock, random: SeededRandom) {
  const codes = new Map<string, { userId: string; expiresAtMs: number; used: boolean }>()
  return {
    issue: (userId: string): string => {
      const code = `CODE${random.text(40)}`
      codes.set(code, { userId, expiresAtMs: clock.now() + CODE_LIFE_MS, used: false })
      return code
    },
    spend: (code: string): string => {
      const held = codes.get(code) ?? refuse(40029, 'invalid code')
      if (held.used) refuse(42022, 'code has been used')
      if (held.expiresAtMs <= clock.now()) refuse(42003, 'code expired')
      held.used = true
      return held.userId
    },
  }
}
