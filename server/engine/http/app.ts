import type { IncomingMessage } from 'node:http'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { AppError, describeError } from '../../core/kernel/app-error.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { compiledOnce } from './compiled-once.ts'
import { isBeside } from './is-beside.ts'
import { listScopes, type ScopedRoute } from './scope.ts'

export interface AppDeps {
  log: Logger
  routes: ((app: FastifyInstance) => void)[]
  /** Reverse proxies in front of us whose X-Forwarded-* headers are believed. */
  proxyHops: number
  /** Throws for a caller who asks too much. */
  brake?: (request: FastifyRequest) => Promise<void>
  /** Browsers reach us by https only. */
  isSecure?: boolean
}

const HSTS = 'max-age=31536000'
/** A head, and a request with its body, are here by then or are cut off. */
const HEAD_WITHIN_MS = 10_000
const WHOLE_WITHIN_MS = 15_000
const OUR_FAULT = '服务暂时出了问题，请稍后重试；若一直如此，请把编号告诉技术同事。'
const YOUR_FAULT = '请求不正确，请刷新后重试。'

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route with who may ask it. */
    scopedRoutes: readonly ScopedRoute[]
  }
}

/** The HTTP server without a port; `main.ts` listens, tests too. 4xx tell what is wrong, 5xx tell nothing but an id. */
export function buildApp({ log, routes, proxyHops, brake, isSecure = false }: AppDeps): FastifyInstance {
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    // The platform's URLs carry signatures and login codes; metrics count requests instead.
    logController: new LogController({ disableRequestLogging: true }),
    // Whoever reaches the port past the proxy claims what they like: the first hop must stand beside us.
    trustProxy: (address: string, hop: number) => hop < proxyHops && (hop > 0 || isBeside(address)),
    bodyLimit: 1024 * 1024,
    requestTimeout: WHOLE_WITHIN_MS,
    keepAliveTimeout: 65_000,
    // Node looks for late ones twice a minute, and gives a head four times as long as we give the whole.
    http: { headersTimeout: HEAD_WITHIN_MS, connectionsCheckingInterval: 1_000 },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    schemaController: { compilersFactory: compiledOnce },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: false } },
  })

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    mustBePlain(request.raw)
    if (isSecure) reply.header('strict-transport-security', HSTS)
    await brake?.(request)
  })
  app.setErrorHandler((error: FastifyError | AppError, request, reply) => {
    const status = error instanceof AppError ? error.status : (error.statusCode ?? 500)
    if (status >= 500) {
      request.log.error(
        { code: error.code, err: describeError(error), route: request.routeOptions.url },
        'request failed',
      )
    }
    const zh = error instanceof AppError && error.zh !== undefined ? error.zh : status >= 500 ? OUR_FAULT : YOUR_FAULT
    const message = status >= 500 ? 'internal error' : error.message
    return reply.code(status).send({ code: error.code ?? 'internal', message, zh, requestId: request.id })
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: 'not-found', message: 'no such path', zh: '没有这个地址。' }),
  )
  app.decorate('scopedRoutes', listScopes(app))
  for (const register of routes) register(app)
  return app
}

/** Two who read a request in different ways would see two requests: one name of the host, and a version that has one. */
function mustBePlain({ httpVersion, rawHeaders }: IncomingMessage): void {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    throw new AppError('http.version', 'HTTP/1.1 or HTTP/1.0 only', { status: 505, zh: YOUR_FAULT })
  }
  const hosts = rawHeaders.filter((name, n) => n % 2 === 0 && name.toLowerCase() === 'host')
  if (hosts.length > 1) throw new AppError('http.hosts', 'more than one Host', { status: 400, zh: YOUR_FAULT })
}
