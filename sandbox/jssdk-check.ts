import { createHash } from 'node:crypto'
import type { Desk } from './desk.ts'
import type { Tokens } from './tokens.ts'

/** What a page has given to config (`corp`) or agentConfig (`agent`). */
export interface JssdkClaim {
  kind: 'corp' | 'agent'
  corpId: string
  /** Of agentConfig. */
  agentId?: string
  timestamp: string
  nonceStr: string
  signature: string
  /** Where the page is, without its `#…`; the client knows it by itself. */
  url: string
}

/** What the client refuses such a page with; null: it may go on. The signature is sha1 over jsapi_ticket, noncestr, timestamp
 *  and url in this order, by the corp's ticket for config and the app's for agentConfig; a page of another domain than the
 *  app's is none of its own. Docs 90506; error 40093. The words after `fail` are of the SDK's own documents where those have
 *  any. */
export function checkJssdk(desk: Desk, tokens: Pick<Tokens, 'give'>, claim: JssdkClaim): string | null {
  const { credentials } = desk
  if (claim.corpId !== credentials.corpId) return 'fail invalid corpid'
  if (claim.kind === 'agent' && claim.agentId !== String(credentials.agentId)) return 'fail invalid agentid'
  const appUrl = desk.appUrl()
  if (appUrl === undefined || new URL(appUrl).origin !== new URL(claim.url).origin) return 'fail invalid url domain'
  const ticket = tokens.give(claim.kind === 'corp' ? 'jsapi_ticket' : 'agent_ticket').value
  const { nonceStr, timestamp, url } = claim
  const signed = `jsapi_ticket=${ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${url}`
  return createHash('sha1').update(signed).digest('hex') === claim.signature ? null : 'fail_invalid signature e=40093'
}
