import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { describeError } from '../core/kernel/app-error.ts'
import type { Logger } from '../core/kernel/logger.ts'
import { type OwnOrigin, ownPath } from '../engine/http/own-origin.ts'
import type { Wecom } from '../platform/wecom/wecom.ts'
import type { Access } from './access.ts'
import type { BeginLogin } from './begin-login.ts'
import type { Boot, Me } from './contract.ts'
import type { LoginBrakes } from './login-brakes.ts'
import type { Session } from './session.ts'
import type { Told } from './told-page.ts'

export interface TellPageDeps {
  access: Pick<Access, 'personAt'>
  session: Pick<Session, 'markOf'>
  own: OwnOrigin
  wecom: Pick<Wecom, 'jssdk'>
  brakes: Pick<LoginBrakes, 'mayBegin'>
  beginLogin: BeginLogin
  boot: Boot
  log: Logger
}

/** A page that waits longer for its signature asks for it itself: WeCom may be slow to give the ticket. */
const SIGNED_WITHIN_MS = 300

/** What the page is told with itself: who is there and how it may speak with the client, or where to log in. Each was a round
 *  on a phone's network. Whatever cannot be told is asked for by the page, which says what is wrong. */
export function createTellPage({ access, session, own, wecom, brakes, beginLogin, boot, log }: TellPageDeps) {
  /** The page's own address, as its script sees it. */
  const signed = async (request: FastifyRequest): Promise<Record<string, unknown>> => {
    const url = `${own.originOf(request)}${request.url}`
    const path = `jssdk-signature?${new URLSearchParams({ kind: 'agent', url })}`
    const signature = wecom.jssdk.sign('agent', url).catch(() => undefined)
    const inTime = await Promise.race([signature, sleep(SIGNED_WITHIN_MS, undefined, { ref: false })])
    return inTime === undefined ? {} : { [path]: inTime }
  }

  function loginOf(request: FastifyRequest, reply: FastifyReply, query: URLSearchParams): { login?: string } {
    const back = ownPath(request.url)
    // Who comes back from a refused login is told why and not sent round.
    if (back === undefined || query.has('login') || !brakes.mayBegin(request.ip)) return {}
    return { login: beginLogin(request, reply, { back, guide: query.get('guide') ?? undefined }) }
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<Told> => {
    const query = new URLSearchParams(request.url.split('?')[1])
    try {
      const person = await access.personAt(request)
      const guide = query.get('guide')
      const isSomebodyElse = boot.platform === 'sandbox' && guide !== null && guide !== person?.userId
      if (person === undefined || isSomebodyElse) return { answers: { boot }, ...loginOf(request, reply, query) }
      const me: Me = { userId: person.userId, name: person.name, session: session.markOf(request) }
      return { answers: { boot, me, ...(await signed(request)) } }
    } catch (error) {
      log.warn({ err: describeError(error) }, 'the page of the sidebar went out without saying who is there')
      return { answers: { boot } }
    }
  }
}
