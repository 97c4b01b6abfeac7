import { setTimeout as sleep } from 'node:timers/promises'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith, WecomError } from '../../platform/wecom/wire/wecom-error.ts'
import { type CameBack, createLoginStates } from './login-states.ts'

export interface WhoOpensDeps {
  oauth: Pick<Wecom['oauth'], 'authorizeUrl' | 'userInfo'>
  clock: Clock
  log: Logger
  /** Absolute, below the app's trusted domain. */
  redirectUri: string
  /** Under which logins are sealed: the present one first. */
  secrets: readonly string[]
}

/** Nobody waits longer for where a link leads. */
const ANSWER_WITHIN_MS = 3_000
/** Of one link and address in a minute: who holds a link and sends made-up codes keeps nobody else from being known. */
const MOST_REFUSED_A_MINUTE = 20
/** Links and addresses that are counted in a minute; of more none is held back. */
const MOST_COUNTED = 20_000
/** The code was used, is over or is none of WeCom's: the same login came back to another process, or somebody made it up. Docs 90313. */
const SPENT = [40029, 40163, 42003, 42022]

/** Asks WeCom who sits in front of a page in WeChat: of a customer within the app's range it tells `external_userid`, of anybody else
 *  only an openid, which is kept nowhere. Docs 91022, 91023. */
export function createWhoOpens({ oauth, clock, log, redirectUri, secrets }: WhoOpensDeps) {
  const states = createLoginStates({ secrets, clock })
  let refused = { minute: -1, times: new Map<string, number>() }
  const refusedNow = (): Map<string, number> => {
    const minute = Math.floor(clock.now() / MINUTE_MS)
    if (refused.minute !== minute) refused = { minute, times: new Map() }
    return refused.times
  }
  const isBraked = (who: string): boolean => (refusedNow().get(who) ?? 0) >= MOST_REFUSED_A_MINUTE
  function noteRefused(who: string): void {
    const times = refusedNow()
    if (times.has(who) || times.size < MOST_COUNTED) times.set(who, (times.get(who) ?? 0) + 1)
  }

  async function ask(oauthCode: string, who: string): Promise<Person> {
    try {
      const { userid, external_userid: externalUserId } = await oauth.userInfo(oauthCode)
      if (userid !== undefined && userid !== '') return { kind: 'member' }
      return externalUserId === undefined || externalUserId === ''
        ? { kind: 'unknown' }
        : { kind: 'customer', externalUserId }
    } catch (error) {
      // That WeCom is away says nothing against anybody.
      if (error instanceof WecomError) noteRefused(who)
      if (isRefusedWith(error, ...SPENT)) return { kind: 'spent' }
      log.warn({ err: describeError(error) }, 'who opened a link is not known')
      return { kind: 'unknown' }
    }
  }

  return {
    /** Where the browser is sent, and what it is to keep until it comes back. `kept`: what it keeps already. */
    begin: (code: string, kept: string | undefined): { url: string; nonce: string } => {
      const { state, nonce } = states.begin(code, kept)
      return { url: oauth.authorizeUrl({ redirectUri, state }), nonce }
    },
    codeIn: states.codeIn,
    /** Undefined: it is about no link. */
    cameBack: (state: string, kept: string | undefined): CameBack | undefined => states.end(state, kept),
    /** `oauthCode`: as it came back; it works once. Whatever WeCom does not say within three seconds is unknown. */
    person: async (
      oauthCode: string | undefined,
      { code, address }: { code: string; address: string },
    ): Promise<Person> => {
      const who = `${address} ${code}`
      if (oauthCode === undefined || oauthCode === '' || isBraked(who)) return { kind: 'unknown' }
      const late = sleep(ANSWER_WITHIN_MS, { kind: 'unknown' } as const, { ref: false })
      return Promise.race([ask(oauthCode, who), late])
    },
  }
}
export type WhoOpens = ReturnType<typeof createWhoOpens>

/** `member`: somebody of the corp, who is no customer · `spent`: this login told already who it was. */
export type Person = { kind: 'customer'; externalUserId: string } | { kind: 'member' | 'unknown' | 'spent' }
