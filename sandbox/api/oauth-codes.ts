import type { Clock } from '../../server/core/kernel/clock.ts'
import type { SeededRandom } from '../random.ts'
import { refuse } from '../refusal.ts'

const CODE_LIFE_MS = 300_000

export type OAuthCodes = ReturnType<typeof createOAuthCodes>

/** `customer`: somebody who is no member, by their external id; `stranger`: whom nobody of the corp knows. */
export type Visitor = { kind: 'member' | 'customer' | 'stranger'; id: string }

/** Login codes: single use, five minutes. Docs 91022, 91023. */
export function createOAuthCodes(clock: Clock, random: SeededRandom) {
  const codes = new Map<string, { visitor: Visitor; isPrivate: boolean; expiresAtMs: number; used: boolean }>()
  return {
    /** `isPrivate`: asked with snsapi_privateinfo, so that the profile may be read. */
    issue: (visitor: Visitor, isPrivate = false): string => {
      const code = `CODE${random.text(40)}`
      codes.set(code, { visitor, isPrivate, expiresAtMs: clock.now() + CODE_LIFE_MS, used: false })
      return code
    },
    spend: (code: string): { visitor: Visitor; isPrivate: boolean } => {
      const held = codes.get(code) ?? refuse(40029, 'invalid code')
      if (held.used) refuse(42022, 'code has been used')
      if (held.expiresAtMs <= clock.now()) refuse(42003, 'code expired')
      held.used = true
      return { visitor: held.visitor, isPrivate: held.isPrivate }
    },
  }
}
