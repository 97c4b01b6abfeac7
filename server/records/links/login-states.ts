import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'

/** As long as a code of WeCom's login is good. Docs 91022. */
export const LOGIN_WITHIN_MS = 5 * MINUTE_MS
/** Ended logins that are remembered; of more the oldest are forgotten. */
const MOST_SPENT = 20_000
/** `state` may hold letters and digits only, 128 of them at most: the link's code, since when, whose browser, and the seal. Docs 91022. */
const STATE = /^((?:[0-9a-f]{2}){16,34})x([0-9a-z]{1,10})x([0-9a-f]{24})x([0-9a-f]{24})$/
const NONCE = /^[0-9a-f]{24}$/

/** How a login came back: `theirs`: to the browser that it began in, and for the first time · `others`: we began it, in another browser
 *  or in one that keeps no cookies, or over five minutes ago · `ended`: it came back before, or never began here. */
export interface CameBack {
  code: string
  as: 'theirs' | 'others' | 'ended'
}

/** Binds a login of WeCom to the browser that it began in: it keeps a nonce, and the sealed `state` names it. So nobody is led
 *  through a login that another began for them, and what is made up is known without asking anybody. Which logins have ended is
 *  remembered in this process; another one learns it from WeCom, whose codes work once. */
export function createLoginStates({ secrets, clock }: { secrets: readonly string[]; clock: Clock }) {
  const spent = new Set<string>()
  const [secret = ''] = secrets
  const seal = (key: string, what: string): string =>
    createHmac('sha256', key).update(`link login ${what}`).digest('hex').slice(0, 24)
  const isSealed = (given: string, what: string): boolean =>
    secrets.some((key) => timingSafeEqual(Buffer.from(given), Buffer.from(seal(key, what))))

  /** False: it was spent before. */
  function spend(state: string): boolean {
    if (spent.has(state)) return false
    const [oldest] = spent
    if (oldest !== undefined && spent.size >= MOST_SPENT) spent.delete(oldest)
    spent.add(state)
    return true
  }

  const codeIn = (state: string): string | undefined => {
    const [, hex] = STATE.exec(state) ?? []
    return hex === undefined ? undefined : Buffer.from(hex, 'hex').toString('utf8')
  }

  return {
    /** Of which link it speaks, true or not. */
    codeIn,
    /** `kept`: what this browser keeps already, of a login that may still be under way in another tab. */
    begin: (code: string, kept: string | undefined): { state: string; nonce: string } => {
      const nonce = kept !== undefined && NONCE.test(kept) ? kept : randomBytes(12).toString('hex')
      const what = `${Buffer.from(code).toString('hex')}x${clock.now().toString(36)}x${nonce}`
      return { state: `${what}x${seal(secret, what)}`, nonce }
    },
    /** Undefined: it speaks of no link. Ends the login. */
    end: (state: string, kept: string | undefined): CameBack | undefined => {
      const [, hex = '', since = '', nonce = '', sealed = ''] = STATE.exec(state) ?? []
      const code = codeIn(state)
      if (code === undefined) return undefined
      const sinceMs = Number.parseInt(since, 36)
      if (!isSealed(sealed, `${hex}x${since}x${nonce}`) || !spend(state)) return { code, as: 'ended' }
      const isInTime = sinceMs > clock.now() - LOGIN_WITHIN_MS
      return { code, as: isInTime && kept === nonce ? 'theirs' : 'others' }
    },
  }
}
