import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Db } from '../core/db/db.ts'
import type { Tx } from '../core/db/tx.ts'
import { AppError, describeError } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { Logger } from '../core/kernel/logger.ts'
import { holdBack } from '../engine/http/hold-back.ts'
import { ownPath } from '../engine/http/own-origin.ts'
import type { Wecom } from '../platform/wecom/wecom.ts'
import { type AuditNote, noteAudit } from '../records/audit/audit-notes.ts'
import type { StaffMember } from '../records/staff/staff-queries.ts'
import type { Standings } from '../records/staff/standings.ts'
import type { BeginLogin } from './begin-login.ts'
import { Accepted } from './contract.ts'
import { keptSessions } from './kept-sessions.ts'
import type { LoginBrakes } from './login-brakes.ts'
import type { Session } from './session.ts'

export interface LoginDeps {
  db: Db
  log: Logger
  wecom: Pick<Wecom, 'oauth'>
  session: Session
  standings: Standings
  staff: { queries: { get(tx: Tx, userId: string): Promise<StaffMember | undefined> } }
  brakes: LoginBrakes
  beginLogin: BeginLogin
  clock: Clock
}

const LoginQuery = Type.Object({
  back: Type.Optional(Type.String({ maxLength: 1_000 })),
  guide: Type.Optional(Type.String({ maxLength: 64 })),
})
const CodeQuery = Type.Object({
  code: Type.Optional(Type.String({ maxLength: 512 })),
  state: Type.Optional(Type.String({ maxLength: 128 })),
})

/** Login by WeCom: to its authorize page and back with a code. Docs 91022, 91023. */
export function loginRoutes(app: FastifyInstance, deps: LoginDeps): void {
  const { session, wecom, log, clock, brakes } = deps
  const anybody = { config: { scope: 'anybody' } } as const
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()

  typed.get('/login', { schema: { querystring: LoginQuery }, ...anybody }, async (request, reply) => {
    if (!brakes.mayBegin(request.ip)) await holdBack()
    const back = ownPath(request.query.back ?? '/sidebar/')
    if (back === undefined) {
      throw new AppError('sidebar.bad-back', 'back must be a path below /sidebar/', {
        status: 400,
        zh: '登录地址不对，请从聊天侧边栏重新打开。',
      })
    }
    const url = deps.beginLogin(request, reply, { back, guide: request.query.guide })
    return reply.header('cache-control', 'no-store').redirect(url)
  })

  typed.get('/oauth', { schema: { querystring: CodeQuery }, ...anybody }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const login = session.takeLogin(request, reply)
    const back = login?.back ?? '/sidebar/'
    const { code, state } = request.query
    if (login === undefined || code === undefined || state !== login.state)
      return reply.redirect(refused(back, 'failed'))
    if (!brakes.mayAsk(login)) await holdBack()
    const member = await memberOf(code)
    if (member === 'failed' || member === 'not-staff') return reply.redirect(refused(back, member))
    const { userId } = member
    const id = await deps.db.tx(async (tx) => {
      await noteAudit(tx, [noteOf(request, userId, 'sidebar.login')])
      return keptSessions.begin(tx, userId, clock.now())
    })
    session.begin(request, reply, { userId, id })
    return reply.redirect(back)
  })

  typed.post(
    '/logout',
    {
      ...anybody,
      schema: { response: { 200: Accepted } },
    },
    async (request, reply) => {
      const login = session.of(request)
      session.leave(request, reply)
      if (login === undefined) return { ok: true as const }
      await deps.db.tx(async (tx) => {
        if (!(await keptSessions.end(tx, login.id, clock.now()))) return
        await noteAudit(tx, [noteOf(request, login.userId, 'sidebar.logout')])
      })
      return { ok: true as const }
    },
  )

  const noteOf = (request: FastifyRequest, actor: string, what: string): AuditNote => ({
    ...{ atMs: clock.now(), actor, actorKind: 'member', origin: request.ip, what },
  })

  async function memberOf(code: string): Promise<StaffMember | 'not-staff' | 'failed'> {
    try {
      const { userid } = await wecom.oauth.userInfo(code)
      if (userid === undefined) return 'not-staff'
      return await deps.db.tx(async (tx) => {
        const member = await deps.staff.queries.get(tx, userid)
        const standing = member === undefined ? undefined : await deps.standings.of(tx, member)
        return member === undefined || standing === undefined ? 'not-staff' : member
      })
    } catch (error) {
      log.warn({ err: describeError(error) }, 'a sidebar login failed')
      return 'failed'
    }
  }
}

/** Back to the page, which says what went wrong and offers another try. */
const refused = (back: string, why: 'failed' | 'not-staff'): string =>
  `${back}${back.includes('?') ? '&' : '?'}login=${why}`
