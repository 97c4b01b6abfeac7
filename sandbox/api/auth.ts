import { endpoint } from '../endpoint.ts'
import { int, need, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import type { Tokens } from '../tokens.ts'
import type { OAuthCodes } from './oauth-codes.ts'

/** Tokens, tickets and who is at the sidebar. Docs 91039, 90506, 91023. */
export function authEndpoints(tokens: Tokens, codes: OAuthCodes) {
  return [
    endpoint({
      path: '/cgi-bin/gettoken',
      method: 'GET',
      kind: 'open',
      params: { corpid: need(text(), 41002), corpsecret: need(text(), 41004) },
      empty: { access_token: '', expires_in: 0 },
      handle: (p, { credentials }) => {
        if (p.corpid !== credentials.corpId) refuse(40013, 'invalid corpid')
        if (p.corpsecret !== credentials.secret) refuse(40001, 'invalid credential')
        const token = tokens.give('access_token')
        return { access_token: token.value, expires_in: token.expiresInSec }
      },
    }),
    endpoint({
      path: '/cgi-bin/get_jsapi_ticket',
      method: 'GET',
      params: {},
      handle: () => {
        const ticket = tokens.give('jsapi_ticket')
        return { ticket: ticket.value, expires_in: ticket.expiresInSec }
      },
    }),
    endpoint({
      path: '/cgi-bin/ticket/get',
      method: 'GET',
      params: { type: need(text()) },
      handle: (p) => {
        if (p.type !== 'agent_config') refuse(91040, 'invalid ticket type')
        const ticket = tokens.give('agent_ticket')
        return { ticket: ticket.value, expires_in: ticket.expiresInSec }
      },
    }),
    endpoint({
      path: '/cgi-bin/auth/getuserinfo',
      method: 'GET',
      unlimited: true,
      params: { code: need(text(), 41008) },
      handle: (p) => ({ userid: codes.spend(p.code) }),
    }),
  ]
}

/** Directory, as a newly made self-built app sees it: no mobile, mail or avatar. Docs 90196, 90200, 90201, 90208. */
export function directoryEndpoints() {
  const departmentId = need(int())
  const card = (staff: { userId: string; name: string; departments: number[]; position: string }) => ({
    userid: staff.userId,
    name: staff.name,
    department: staff.departments,
    position: staff.position,
    main_department: staff.departments[0] ?? 1,
    is_leader_in_dept: staff.departments.map(() => 0),
    order: staff.departments.map(() => 0),
    direct_leader: [],
    status: 1,
    alias: '',
    telephone: '',
    extattr: { attrs: [] },
  })
  return [
    endpoint({
      path: '/cgi-bin/user/get',
      method: 'GET',
      params: { userid: need(text(), 41009) },
      handle: (p, { world }) => card(findStaff(world, p.userid) ?? refuse(60111, 'userid not found')),
    }),
    endpoint({
      path: '/cgi-bin/user/simplelist',
      method: 'GET',
      params: { department_id: departmentId },
      empty: { userlist: [] },
      handle: (p, { world }) => {
        if (!world.departments.has(p.department_id)) refuse(60003, 'department not found')
        const people = [...world.staff.values()].filter((s) => !s.left && s.departments.includes(p.department_id))
        return { userlist: people.map((s) => ({ userid: s.userId, name: s.name, department: s.departments })) }
      },
    }),
    endpoint({
      path: '/cgi-bin/user/list',
      method: 'GET',
      params: { department_id: departmentId },
      empty: { userlist: [] },
      handle: (p, { world }) => {
        if (!world.departments.has(p.department_id)) refuse(60003, 'department not found')
        const people = [...world.staff.values()].filter((s) => !s.left && s.departments.includes(p.department_id))
        return { userlist: people.map(card) }
      },
    }),
    endpoint({
      path: '/cgi-bin/department/list',
      method: 'GET',
      params: { id: int() },
      empty: { department: [] },
      handle: (p, { world }) => {
        const root = p.id ?? 1
        if (!world.departments.has(root)) refuse(60003, 'department not found')
        const isUnder = (id: number): boolean => {
          for (let at = world.departments.get(id); at; at = world.departments.get(at.parentId)) {
            if (at.id === root) return true
          }
          return false
        }
        const department = [...world.departments.values()]
          .filter((d) => isUnder(d.id))
          .map((d) => ({ id: d.id, name: d.name, parentid: d.parentId, order: 100_000 - d.id, department_leader: [] }))
        return { department }
      },
    }),
  ]
}
