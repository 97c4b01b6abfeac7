import fastifyCookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { createOwnOrigin } from '../../engine/http/own-origin.ts'
import type { Audit } from '../../records/audit/audit.ts'
import { closedPage, doctorPage, loginPage } from './doctor-page.ts'
import type { DoctorRuns } from './doctor-runs.ts'
import { createDoctorSession, SESSION_MS } from './doctor-session.ts'
import { PAGE_STYLE } from './page-style.ts'

const COOKIE = 'huoshui_doctor'
const CSP = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export interface DoctorRoutesDeps {
  runs: DoctorRuns
  clock: Clock
  db: Pick<Db, 'tx'>
  audit: Pick<Audit, 'tell'>
  /** DOCTOR_KEY. */
  key: string | undefined
  publicUrl: string | undefined
}

/** GET /doctor and its three forms. Without script, so that nothing but our own style sheet may be loaded. */
export function doctorRoutes({
  runs,
  clock,
  db,
  audit,
  key,
  publicUrl,
}: DoctorRoutesDeps): (app: FastifyInstance) => void {
  const session = key === undefined ? undefined : createDoctorSession({ key, clock, db })
  const own = createOwnOrigin(publicUrl)

  const show = (reply: FastifyReply, status: number, page: string): FastifyReply =>
    reply.code(status).type('text/html; charset=utf-8').send(page)
  const cookie = (request: FastifyRequest) =>
    ({ path: '/doctor', httpOnly: true, sameSite: 'strict', secure: own.isSecure(request) }) as const
  const isOpen = async (request: FastifyRequest): Promise<boolean> =>
    (await session?.isOpen(request.cookies[COOKIE])) === true
  // The page is for when the database is away, so nothing here waits for it.
  const tell = (request: FastifyRequest, what: string): void =>
    audit.tell({ actor: 'DOCTOR_KEY', actorKind: 'host', origin: request.ip, what })

  const anybody = { config: { scope: 'anybody' } } as const
  const host = { config: { scope: 'host' } } as const

  return (app) => {
    app.register(
      async (scope) => {
        await scope.register(fastifyCookie)
        scope.removeAllContentTypeParsers()
        const form = { parseAs: 'string', bodyLimit: 4_096 } as const
        scope.addContentTypeParser('application/x-www-form-urlencoded', form, (_request, body, done) =>
          done(null, new URLSearchParams(String(body))),
        )
        scope.addHook('onRequest', async (_request, reply) => {
          reply.headers({
            'content-security-policy': CSP,
            'cache-control': 'no-store',
            'referrer-policy': 'no-referrer',
            'x-content-type-options': 'nosniff',
          })
        })

        scope.get('/style.css', anybody, (_request, reply) => reply.type('text/css; charset=utf-8').send(PAGE_STYLE))

        scope.get('/', host, async (request, reply) => {
          if (session === undefined) return show(reply, 404, closedPage())
          if (!(await isOpen(request))) return show(reply, 401, loginPage())
          return show(reply, 200, doctorPage(runs.view(), clock.now()))
        })

        scope.post('/login', anybody, async (request, reply) => {
          if (session === undefined) return show(reply, 404, closedPage())
          const given = request.body instanceof URLSearchParams ? (request.body.get('key') ?? '') : ''
          const opened = await session.open(given.trim(), request.ip)
          if (opened === 'too-many') return show(reply, 429, loginPage('试的次数太多，请一分钟后再试。'))
          tell(request, opened === 'wrong' ? 'doctor.wrong-key' : 'doctor.login')
          if (opened === 'wrong') return show(reply, 403, loginPage('钥匙不对，请核对服务器上的 DOCTOR_KEY。'))
          reply.setCookie(COOKIE, opened.token, { ...cookie(request), maxAge: SESSION_MS / SECOND_MS })
          return reply.redirect('/doctor', 303)
        })

        scope.post('/run', host, async (request, reply) => {
          if (await isOpen(request)) {
            tell(request, 'doctor.run')
            runs.start()
          }
          return reply.redirect('/doctor', 303)
        })

        scope.post('/logout', anybody, async (request, reply) => {
          if (await isOpen(request)) tell(request, 'doctor.logout')
          await session?.end(request.cookies[COOKIE])
          reply.clearCookie(COOKIE, cookie(request))
          return reply.redirect('/doctor', 303)
        })
      },
      { prefix: '/doctor' },
    )
  }
}
