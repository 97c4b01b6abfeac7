import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../../core/kernel/app-error.ts'

export interface HealthDeps {
  /** Migrated and able to store right now; false within about 2 s of losing the database. */
  canStore(): Promise<boolean>
  /** What keeps us from a part of our work, by kind; callbacks are taken all the same. */
  troubles(): Promise<string[]>
  /** Prometheus text. */
  metrics(): Promise<string>
  /** What /metrics asks for, if anything. */
  metricsKey: string | undefined
}

/** GET /healthz (the process is up), /readyz (migrated, can store; `degraded` with the kinds of what keeps us from a part of our work), /metrics (Prometheus text). */
export function healthRoutes({ canStore, troubles, metrics, metricsKey }: HealthDeps): (app: FastifyInstance) => void {
  const watch = { config: { scope: 'watch' } } as const
  return (app) => {
    app.get('/healthz', watch, async () => ({ status: 'up' }))
    app.get('/readyz', watch, async (_request, reply) => {
      if (!(await canStore())) return reply.code(503).send({ status: 'not ready: database cannot store' })
      // Still 200: who is taken out of service answers no callbacks, and nothing of this is mended by it.
      const why = await troubles().catch(() => ['alerts.unreadable'])
      return why.length === 0 ? { status: 'ready' } : { status: 'degraded', why }
    })
    app.get('/metrics', watch, async (request, reply) => {
      mustHaveKey(request.headers.authorization, metricsKey)
      return reply.type('text/plain; version=0.0.4').send(await metrics())
    })
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function mustHaveKey(authorization: string | undefined, key: string | undefined): void {
  if (key === undefined || timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${key}`))) return
  throw new AppError('metrics.key-needed', 'send Authorization: Bearer METRICS_KEY', { status: 401 })
}
