import { endpoint } from '../endpoint.ts'
import { int } from '../params.ts'
import { refuse } from '../refusal.ts'

/** The self-built app as its administrator has set it. Doc 90227. */
export function agentEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/agent/get',
      method: 'GET',
      params: { agentid: int() },
      handle: (p, { credentials, world, appUrl }) => {
        if (p.agentid !== undefined && p.agentid !== credentials.agentId)
          refuse(301002, 'not allow operate another agent')
        const { closed, users, departments, redirectDomain } = world.app
        const base = appUrl()
        return {
          agentid: credentials.agentId,
          name: '活水',
          square_logo_url: '',
          description: '',
          allow_userinfos: { user: users.map((userid) => ({ userid })) },
          allow_partys: { partyid: departments },
          allow_tags: { tagid: [] },
          close: closed ? 1 : 0,
          redirect_domain: redirectDomain ?? (base === undefined ? '' : new URL(base).host),
          report_location_flag: 0,
          isreportenter: 0,
          home_url: '',
        }
      },
    }),
  ]
}
