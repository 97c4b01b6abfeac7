import { setTimeout as sleep } from 'node:timers/promises'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'

export interface WhoOpensDeps {
  oauth: Pick<Wecom['oauth'], 'authorizeUrl' | 'userInfo'>
  clock: Clock
  log: Logger
  /** Absolute, below the app's trusted domain. */
  redirectUri: string
}

/** Nobody waits longer for where a link leads. */
const ANSWER_WITHIN_MS = 3_000
/** Of one process: whoever sends made-up codes keeps it from asking WeCom for a minute, and clicks count for nobody. */
const MOST_REFUSED_A_MINUTE = 60
/** `state` may hold letters and digits only. Docs 91022. */
const STATE = /^[0-9a-f]{32,64}$/

/** Asks WeCom who sits in front of a page in WeChat: of a customer within the app's range it tells `external_userid`, of anybody else
 *  only an openid, which is kept nowhere. Docs 91022, 91023. */
export function createWhoOpens({ oauth, clock, log, redirectUri }: WhoOpensDeps) {
  let refused = { minute: -1, times: 0 }
  const minuteNow = (): number => Math.floor(clock.now() / MINUTE_MS)
  const isBraked = (): boolean => refused.minute === minuteNow() && refused.times >= MOST_REFUSED_A_MINUTE
  const noteRefused = (): void => {
    refused = { minute: minuteNow(), times: refused.minute === minuteNow() ? refused.times + 1 : 1 }
  }

  async function ask(oauthCode: string): Promise<Person> {
    try {
      const { userid, external_userid: externalUserId } = await oauth.userInfo(oauthCode)
      if (userid !== undefined && userid !== '') return { kind: 'member' }
      return externalUserId === undefined || externalUserId === ''
        ? { kind: 'unknown' }
        : { kind: 'customer', externalUserId }
    } catch (error) {
      noteRefused()
      log.warn({ err: describeError(error) }, 'who opened a link is not known')
      return { kind: 'unknown' }
    }
  }

  return {
    /** Where the browser is sent; it comes back with the code of the link in `state`. */
    urlFor: (code: string): string => oauth.authorizeUrl({ redirectUri, state: Buffer.from(code).toString('hex') }),
    codeIn: (state: string): string | undefined =>
      STATE.test(state) ? Buffer.from(state, 'hex').toString('utf8') : undefined,
    /** `oauthCode`: as it came back; it works once. Whatever WeCom does not say within three seconds is unknown. */
    person: async (oauthCode: string | undefined): Promise<Person> => {
      if (oauthCode === undefined || isBraked()) return { kind: 'unknown' }
      const late = sleep(ANSWER_WITHIN_MS, { kind: 'unknown' } as const, { ref: false })
      return Promise.race([ask(oauthCode), late])
    },
  }
}
export type WhoOpens = ReturnType<typeof createWhoOpens>

/** `member`: somebody of the corp, who is no customer. */
export type Person = { kind: 'customer'; externalUserId: string } | { kind: 'member' | 'unknown' }
