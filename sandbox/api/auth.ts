import { createHash } from 'node:crypto'
import { HOUR_MS, MINUTE_MS } from '../../server/core/kernel/shanghai.ts'
import { profileOf } from '../directory.ts'
import { endpoint } from '../endpoint.ts'
import { need, text } from '../params.ts'
import { createQuota } from '../quota.ts'
import { refuse } from '../refusal.ts'
import type { Tokens } from '../tokens.ts'
import type { OAuthCodes } from './oauth-codes.ts'

const TICKET_LIFE_MS = 30 * MINUTE_MS

/** Tokens, tickets and who is at the sidebar. Docs 91039, 90506, 91023, 95833. */
export function authEndpoints(tokens: Tokens, codes: OAuthCodes) {
  const corpTickets = createQuota(400, HOUR_MS)
  const appTickets = createQuota(100, HOUR_MS)
  return [
    endpoint({
      path: '/cgi-bin/gettoken',
      method: 'GET',
      kind: 'open',
      params: { corpid: need(text(), 41002), corpsecret: need(text(), 41004) },
      empty: { access_token: '', expires_in: 0 },
      handle: (p, { credentials }) => {
        if (p.corpid !== credentials.corpId) refuse(40013, 'invalid corpid')
        const isContacts = p.corpsecret === credentials.contactsSecret
        if (!isContacts && p.corpsecret !== credentials.secret) refuse(40001, 'invalid credential')
        const token = tokens.give(isContacts ? 'contacts' : 'app')
        return { access_token: token.value, expires_in: token.expiresInSec }
      },
    }),
    endpoint({
      path: '/cgi-bin/get_jsapi_ticket',
      method: 'GET',
      params: {},
      handle: (_p, { clock }) => {
        corpTickets.spend(clock.now())
        const ticket = tokens.give('jsapi_ticket')
        return { ticket: ticket.value, expires_in: ticket.expiresInSec }
      },
    }),
    endpoint({
      path: '/cgi-bin/ticket/get',
      method: 'GET',
      params: { type: need(text()) },
      handle: (p, { clock }) => {
        if (p.type !== 'agent_config') refuse(91040, 'invalid ticket type')
        appTickets.spend(clock.now())
        const ticket = tokens.give('agent_ticket')
        return { ticket: ticket.value, expires_in: ticket.expiresInSec }
      },
    }),
    endpoint({
      path: '/cgi-bin/auth/getuserinfo',
      method: 'GET',
      unlimited: true,
      params: { code: need(text(), 41008) },
      handle: (p, { world, clock, random }) => {
        const { visitor, isPrivate } = codes.spend(p.code)
        if (visitor.kind !== 'member') {
          const openid = `o${createHash('sha256').update(visitor.id).digest('base64url').slice(0, 27)}`
          // Only of those who are a customer of somebody within the app's range.
          return visitor.kind === 'customer' ? { openid, external_userid: visitor.id } : { openid }
        }
        const userId = visitor.id
        if (!isPrivate) return { userid: userId }
        const ticket = `USERTICKET${random.text(40)}`
        world.directory.tickets.set(ticket, { userId, untilMs: clock.now() + TICKET_LIFE_MS })
        return { userid: userId, user_ticket: ticket, expires_in: TICKET_LIFE_MS / 1000 }
      },
    }),
    endpoint({
      path: '/cgi-bin/auth/getuserdetail',
      method: 'POST',
      params: { user_ticket: need(text(), 84015) },
      handle: (p, { world, clock, url }) => {
        const held = world.directory.tickets.get(p.user_ticket) ?? refuse(84015, 'invalid user_ticket')
        if (held.untilMs <= clock.now()) refuse(84014, 'user_ticket expired')
        const profile = profileOf(world.directory, held.userId)
        return {
          userid: held.userId,
          gender: profile.gender ?? world.staff.get(held.userId)?.gender ?? 0,
          avatar: `${url()}/_sandbox/avatar/${held.userId}.svg`,
          mobile: profile.mobile ?? '',
          email: profile.email ?? '',
          biz_mail: profile.bizMail ?? '',
          address: profile.address ?? '',
        }
      },
    }),
  ]
}
