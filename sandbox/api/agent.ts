import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { needMedia } from './attachments.ts'

/** 301002 for another app than ours; without an id ours is meant. */
export function checkAgentId({ credentials }: Desk, agentId: number | undefined): void {
  if (agentId !== undefined && agentId !== credentials.agentId) refuse(301002, 'not allow operate another agent')
}

const flag = () => int({ min: 0, max: 1 })
const hostOf = (url: string | undefined): string => (url === undefined ? '' : new URL(url).host)
const logoOf = ({ url, world }: Desk): string =>
  world.app.logoMediaId === undefined ? '' : `${url()}/_sandbox/media/${world.app.logoMediaId}`

/** The self-built app as its administrator has set it, and the platform's own addresses. Docs 90227, 90228, 92520, 90930. */
export function agentEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/agent/get',
      method: 'GET',
      params: { agentid: int() },
      handle: (p, desk) => {
        checkAgentId(desk, p.agentid)
        const { app } = desk.world
        return {
          agentid: desk.credentials.agentId,
          name: app.name,
          square_logo_url: logoOf(desk),
          description: app.description,
          allow_userinfos: { user: app.users.map((userid) => ({ userid })) },
          allow_partys: { partyid: app.departments },
          allow_tags: { tagid: [] },
          close: app.closed ? 1 : 0,
          redirect_domain: app.redirectDomain ?? hostOf(desk.appUrl()),
          report_location_flag: app.reportLocation,
          isreportenter: app.reportEnter,
          home_url: app.homeUrl,
        }
      },
    }),
    endpoint({
      path: '/cgi-bin/agent/list',
      method: 'GET',
      params: {},
      empty: { agentlist: [] },
      handle: (_p, desk) => ({
        agentlist: [{ agentid: desk.credentials.agentId, name: desk.world.app.name, square_logo_url: logoOf(desk) }],
      }),
    }),
    endpoint({
      path: '/cgi-bin/agent/set',
      method: 'POST',
      params: {
        agentid: int(),
        name: text({ chars: 32, tooLong: 45022 }),
        description: text({ chars: 120, tooLong: 45004 }),
        logo_mediaid: text(),
        redirect_domain: text(),
        home_url: text(),
        report_location_flag: flag(),
        isreportenter: flag(),
      },
      handle: (p, desk) => {
        checkAgentId(desk, p.agentid)
        const { app } = desk.world
        if (p.name === '') refuse(45022, 'empty name')
        if (p.description !== undefined && [...p.description].length < 4) refuse(45004, 'description too short')
        if (p.logo_mediaid !== undefined) needMedia(desk, p.logo_mediaid, 'image')
        if (p.home_url && !/^https?:\/\//.test(p.home_url)) refuse(45034, 'home_url without scheme')
        if (p.redirect_domain?.includes('/')) refuse(85005, 'not a domain')
        app.name = p.name ?? app.name
        app.description = p.description ?? app.description
        app.redirectDomain = p.redirect_domain ?? app.redirectDomain
        app.homeUrl = p.home_url ?? app.homeUrl
        app.reportLocation = p.report_location_flag ?? app.reportLocation
        app.reportEnter = p.isreportenter ?? app.reportEnter
        if (p.logo_mediaid !== undefined) app.logoMediaId = p.logo_mediaid
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/get_api_domain_ip',
      method: 'GET',
      params: {},
      empty: { ip_list: [] },
      handle: () => ({ ip_list: ['127.0.0.1', '::1'] }),
    }),
    endpoint({
      path: '/cgi-bin/getcallbackip',
      method: 'GET',
      params: {},
      empty: { ip_list: [] },
      handle: () => ({ ip_list: ['127.0.0.1', '::1', '127.0.0.0/8'] }),
    }),
  ]
}
