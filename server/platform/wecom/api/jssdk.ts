import { randomBytes } from 'node:crypto'
import { getJsApiSignature } from '@wecom/crypto'
import Type from 'typebox'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Call } from '../call.ts'
import { createKeptCredential } from '../token/kept-credential.ts'
import type { SharedCredential } from '../token/shared-credential.ts'
import { get } from '../wire/endpoint.ts'

const Ticket = Type.Object({ ticket: Type.String({ minLength: 1 }), expires_in: Type.Integer({ minimum: 1 }) })

const CorpTicket = get({ path: '/cgi-bin/get_jsapi_ticket', request: Type.Object({}), answer: Ticket })
const AgentTicket = get({
  path: '/cgi-bin/ticket/get',
  request: Type.Object({ type: Type.Literal('agent_config') }),
  answer: Ticket,
})

export interface JssdkSignature {
  /** Unix seconds. */
  timestamp: number
  nonceStr: string
  signature: string
}

/** sha1 over jsapi_ticket, noncestr, timestamp and the url without its `#…`, in this order. Doc 90506. */
export function signJssdk(ticket: string, url: string, nonceStr: string, timestamp: number): string {
  const page = url.split('#', 1)[0] ?? url
  return getJsApiSignature({ ticket, url: page, nonceStr, timestamp }).signature
}

/** Signatures for the page in the side bar. Tickets live 7,200 s and are kept: 400/h per corp, 100/h per app. */
export function createJssdk(call: Call, clock: Clock, shared?: (name: string) => SharedCredential) {
  const tickets = {
    corp: createKeptCredential({
      clock,
      shared: shared?.('corp-ticket'),
      fetch: async () => {
        const answer = await call(CorpTicket, {})
        return { value: answer.ticket, expiresInSec: answer.expires_in }
      },
    }),
    agent: createKeptCredential({
      clock,
      shared: shared?.('agent-ticket'),
      fetch: async () => {
        const answer = await call(AgentTicket, { type: 'agent_config' })
        return { value: answer.ticket, expiresInSec: answer.expires_in }
      },
    }),
  }
  return {
    /** `corp` for wx.config, `agent` for agentConfig; `url`: the page's own at the time of the call. Safe to repeat.
     *  Docs 90506, 90539. */
    sign: async (kind: 'corp' | 'agent', url: string): Promise<JssdkSignature> => {
      const ticket = await tickets[kind].get()
      const timestamp = Math.floor(clock.now() / 1_000)
      const nonceStr = randomBytes(12).toString('hex')
      return { timestamp, nonceStr, signature: signJssdk(ticket, url, nonceStr, timestamp) }
    },
  }
}
