import type { FastifyReply, FastifyRequest } from 'fastify'
import { randomText } from '../core/kernel/random.ts'
import type { OwnOrigin } from '../engine/http/own-origin.ts'
import type { Wecom } from '../platform/wecom/wecom.ts'
import type { Session } from './session.ts'

export interface BeginLoginDeps {
  wecom: Pick<Wecom, 'oauth'>
  session: Pick<Session, 'rememberLogin'>
  own: OwnOrigin
  isSandbox: boolean
}

/** Begins a login in this browser that ends at `back`, a path of ours; gives the address of WeCom's authorize page. The state
 *  ties the answer to this browser. Docs 91022. `guide`: who sits there, where the sandbox plays WeCom. */
export const createBeginLogin =
  ({ wecom, session, own, isSandbox }: BeginLoginDeps) =>
  (
    request: FastifyRequest,
    reply: FastifyReply,
    { back, guide }: { back: string; guide: string | undefined },
  ): string => {
    const state = randomText(32)
    session.rememberLogin(request, reply, { state, back })
    const url = new URL(wecom.oauth.authorizeUrl({ redirectUri: `${own.originOf(request)}/api/sidebar/oauth`, state }))
    // The sandbox's page has many guides in one browser; WeCom itself knows who is there.
    if (isSandbox && guide !== undefined) url.searchParams.set('sandbox_guide', guide)
    return url.toString()
  }
export type BeginLogin = ReturnType<typeof createBeginLogin>
