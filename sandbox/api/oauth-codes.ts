import type { Clock } from '../../server/core/kernel/clock.ts'
import type { SeededRandom } from '../random.ts'
import { refuse } from '../refusal.ts'

const CODE_LIFE_MS = 300_000

export type OAuthCodes = ReturnType<typeof createOAuthCodes>

/** Login codes of members: single use, five minutes. Docs 91022, 91023. */
export function createOAuthCodes(clock: Clock, random: SeededRandom) {
  const codes = new Map<string, { userId: string; isPrivate: boolean; expiresAtMs: number; used: boolean }>()
  return {
    /** `isPrivate`: asked with snsapi_privateinfo, so that the profile may be read. */
    issue: (userId: string, isPrivate = false): string => {
      const code = `CODE${random.text(40)}`
      codes.set(code, { userId, isPrivate, expiresAtMs: clock.now() + CODE_LIFE_MS, used: false })
      return code
    },
    spend: (code: string): { userId: string; isPrivate: boolean } => {
      const held = codes.get(code) ?? refuse(40029, 'invalid code')
      if (held.used) refuse(42022, 'code has been used')
      if (held.expiresAtMs <= clock.now()) refuse(42003, 'code expired')
      held.used = true
      return { userId: held.userId, isPrivate: held.isPrivate }
    },
  }
}
