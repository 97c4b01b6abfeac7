import fastifyCookie from '@fastify/cookie'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { leftOut } from '../core/db/define-table.ts'
import { AppError } from '../core/kernel/app-error.ts'
import type { Logger } from '../core/kernel/logger.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { gzipAnswer } from '../engine/http/gzip-answer.ts'
import { createOwnOrigin } from '../engine/http/own-origin.ts'
import type { Job } from '../engine/jobs/job.ts'
import type { Wecom } from '../platform/wecom/wecom.ts'
import { createStandings } from '../records/staff/standings.ts'
import { type AccessDeps, createAccess } from './access.ts'
import { auditRoute } from './audit-route.ts'
import { createBeginLogin } from './begin-login.ts'
import { type ChangeRouteDeps, changeRoutes } from './change-routes.ts'
import { createColleagues } from './colleagues.ts'
import * as contract from './contract.ts'
import { type CustomerRouteDeps, customerRoutes } from './customer-routes.ts'
import { type DayRouteDeps, dayRoutes } from './day-routes.ts'
import { type DutyRouteDeps, dutyRoutes } from './duty-routes.ts'
import { type FieldRouteDeps, fieldRoutes } from './field-routes.ts'
import { type GroupRouteDeps, groupRoutes } from './group-routes.ts'
import { type HandoverRouteDeps, handoverRoutes } from './handover-routes.ts'
import { keptSessions } from './kept-sessions.ts'
import { createLoginBrakes } from './login-brakes.ts'
import { type LoginDeps, loginRoutes } from './login-routes.ts'
import { type NoteRouteDeps, noteRoutes } from './note-routes.ts'
import { type OrderRouteDeps, orderRoutes } from './order-routes.ts'
import { type OwnScriptRouteDeps, ownScriptRoutes } from './own-script-routes.ts'
import { createProfile, type ProfileDeps } from './profile.ts'
import { createRefusals, type RefusalDeps } from './refusals.ts'
import { createScriptLibrary, type ScriptLibraryDeps } from './script-library.ts'
import { type ScriptRouteDeps, scriptRoutes } from './script-routes.ts'
import { type SentRouteDeps, sentRoute } from './sent-route.ts'
import { createSession } from './session.ts'
import { sidebarFiles } from './static.ts'
import { type TaskRouteDeps, taskRoutes } from './task-routes.ts'
import { createTellPage } from './tell-page.ts'
import { type UnwantedRouteDeps, unwantedRoutes } from './unwanted-routes.ts'

interface SidebarOptions {
  corpId: string
  agentId: number
  /** Origin of the sandbox when it plays WeCom; undefined for WeCom itself. */
  sandboxOrigin: string | undefined
  /** Our own origin; undefined: as each request says. */
  publicUrl: string | undefined
  /** Key of the session cookies. */
  sessionSecret: string
  /** Default `sidebar/dist`. */
  distDir?: string | undefined
}

type Made =
  | 'access'
  | 'library'
  | 'colleagues'
  | 'refusals'
  | 'own'
  | 'session'
  | 'standings'
  | 'profile'
  | 'brakes'
  | 'beginLogin'

export type SidebarApiDeps = SidebarOptions &
  Omit<
    AccessDeps &
      RefusalDeps &
      LoginDeps &
      ProfileDeps &
      CustomerRouteDeps &
      ChangeRouteDeps &
      TaskRouteDeps &
      HandoverRouteDeps &
      UnwantedRouteDeps &
      NoteRouteDeps &
      OrderRouteDeps &
      FieldRouteDeps &
      ScriptRouteDeps &
      ScriptLibraryDeps &
      SentRouteDeps &
      OwnScriptRouteDeps &
      DayRouteDeps &
      DutyRouteDeps &
      GroupRouteDeps,
    Made | 'wecom'
  > & {
    wecom: Pick<Wecom, 'oauth' | 'jssdk'>
    log: Logger
  }

/** What the sidebar asks, under /api/sidebar/, and the sidebar itself at /sidebar/. */
export function createSidebarApi(deps: SidebarApiDeps) {
  const own = createOwnOrigin(deps.publicUrl)
  const session = createSession({ secret: deps.sessionSecret, clock: deps.clock, isSecure: own.isSecure })
  const standings = createStandings(deps)
  const access = createAccess({ ...deps, session, standings, refusals: createRefusals(deps) })
  const profile = createProfile(deps)
  const colleagues = createColleagues(deps)
  const library = createScriptLibrary({ ...deps, standings })

  const isSandbox = deps.sandboxOrigin !== undefined
  const boot: contract.Boot = {
    corpId: deps.corpId,
    agentId: deps.agentId,
    platform: isSandbox ? 'sandbox' : 'wecom',
  }
  const brakes = createLoginBrakes(deps.clock)
  const beginLogin = createBeginLogin({ ...deps, session, own, isSandbox })

  function publicRoutes(app: FastifyInstance): void {
    const typed = app.withTypeProvider<TypeBoxTypeProvider>()
    typed.get('/boot', { schema: { response: { 200: contract.Boot } }, config: { scope: 'anybody' } }, async () => boot)
    typed.get('/me', { schema: { response: { 200: contract.Me } }, config: { scope: 'session' } }, (request) =>
      access.asPerson(request, async (_tx, { userId, name }) => ({ userId, name, session: session.markOf(request) })),
    )
    typed.get(
      '/jssdk-signature',
      {
        schema: { querystring: contract.SignatureQuery, response: { 200: contract.Signature } },
        config: { scope: 'session' },
      },
      async (request) => {
        await access.asPerson(request, async () => undefined)
        const { kind, url } = request.query
        // A signature lets a page speak with the corp's identity, so it is for our own page only.
        if (!own.isOwn(request, url)) {
          throw new AppError('sidebar.foreign-url', 'url is not of this server', {
            status: 400,
            zh: '页面地址不对，请从聊天侧边栏重新打开。',
          })
        }
        return deps.wecom.jssdk.sign(kind, url)
      },
    )
  }

  const forget: Job = {
    name: 'sidebar.forget-sessions',
    everyMs: DAY_MS,
    dueAt: leftOut('says who sat at a screen'),
    run: async () => {
      await deps.db.tx((tx) => keptSessions.forget(tx, deps.clock.now()))
    },
  }

  return {
    jobs: [forget],
    callerOf: session.callerOf,
    routes: (app: FastifyInstance): void => {
      app.register(
        async (scope) => {
          await scope.register(fastifyCookie)
          // Customers' data: no cache on the way may keep it.
          scope.addHook('onRequest', async (_request, reply) => {
            reply.header('cache-control', 'no-store')
          })
          scope.addHook('onSend', gzipAnswer)
          // Of every change: a route that had to think of it would be forgotten once.
          scope.addHook('preHandler', async (request) => {
            if (request.method !== 'GET' && request.method !== 'HEAD') own.mustBeOwnPage(request)
          })
          // Whoever forgets to ask who is there answers nothing.
          scope.addHook('preSerialization', async (request, reply, payload) => {
            const isOpen = request.routeOptions.config.scope === 'anybody' || reply.statusCode >= 400
            if (isOpen || access.wasChecked(request)) return payload
            throw new AppError('sidebar.unchecked', 'the route answers without having asked who is there', {
              status: 500,
            })
          })
          publicRoutes(scope)
          loginRoutes(scope, { ...deps, session, standings, brakes, beginLogin })
          customerRoutes(scope, { ...deps, access, colleagues, profile })
          changeRoutes(scope, { ...deps, access })
          sentRoute(scope, { ...deps, access, library })
          taskRoutes(scope, { ...deps, access, colleagues })
          handoverRoutes(scope, { ...deps, access })
          unwantedRoutes(scope, { ...deps, access })
          noteRoutes(scope, { ...deps, access })
          orderRoutes(scope, { ...deps, access })
          fieldRoutes(scope, { ...deps, access })
          scriptRoutes(scope, { ...deps, access })
          ownScriptRoutes(scope, { ...deps, access, library })
          dayRoutes(scope, { ...deps, access })
          dutyRoutes(scope, { ...deps, access })
          groupRoutes(scope, { ...deps, access })
          auditRoute(scope, { access })
        },
        { prefix: '/api/sidebar' },
      )
      sidebarFiles(app, {
        frameOrigin: deps.sandboxOrigin,
        tell: createTellPage({ ...deps, access, session, own, brakes, beginLogin, boot }),
        distDir: deps.distDir,
      })
    },
  }
}
