import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, LogController } from 'fastify'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Logger } from '../../core/kernel/logger.ts'

export interface AppDeps {
  log: Logger
  routes: ((app: FastifyInstance) => void)[]
  /** Reverse proxies in front of us whose X-Forwarded-* headers are believed. */
  proxyHops: number
}

const OUR_FAULT = '服务暂时出了问题，请稍后重试；若一直如此，请把编号告诉技术同事。'
const YOUR_FAULT = '请求不正确，请刷新后重试。'

/** The HTTP server without a port; `main.ts` listens, tests too. 4xx tell what is wrong, 5xx tell nothing but an id. */
export function buildApp({ log, routes, proxyHops }: AppDeps): FastifyInstance {
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    // The platform's URLs carry signatures and login codes; metrics count requests instead.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: (_address: string, hop: number) => hop < proxyHops,
    bodyLimit: 1024 * 1024,
    requestTimeout: 15_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: false } },
  })

  app.setErrorHandler((error: FastifyError | AppError, request, reply) => {
    const status = error instanceof AppError ? error.status : (error.statusCode ?? 500)
    if (status >= 500) {
      request.log.error({ code: error.code, err: error.message, route: request.routeOptions.url }, 'request failed')
    }
    const zh = error instanceof AppError && error.zh !== undefined ? error.zh : status >= 500 ? OUR_FAULT : YOUR_FAULT
    const message = status >= 500 ? 'internal error' : error.message
    return reply.code(status).send({ code: error.code ?? 'internal', message, zh, requestId: request.id })
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: 'not-found', message: 'no such path', zh: '没有这个地址。' }),
  )
  for (const register of routes) register(app)
  return app
}
