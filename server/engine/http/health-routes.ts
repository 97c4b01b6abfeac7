import type { FastifyInstance } from 'fastify'

export interface HealthDeps {
  /** Migrated and able to store right now; false within about 2 s of losing the database. */
  canStore(): Promise<boolean>
  /** What keeps us from a part of our work, by kind; callbacks are taken all the same. */
  troubles(): Promise<string[]>
  /** Prometheus text. */
  metrics(): Promise<string>
}

/** GET /healthz (the process is up), /readyz (migrated, can store; `degraded` with the kinds of what keeps us from a part of our work), /metrics (Prometheus text). */
export function healthRoutes({ canStore, troubles, metrics }: HealthDeps): (app: FastifyInstance) => void {
  return (app) => {
    app.get('/healthz', async () => ({ status: 'up' }))
    app.get('/readyz', async (_request, reply) => {
      if (!(await canStore())) return reply.code(503).send({ status: 'not ready: database cannot store' })
      // Still 200: who is taken out of service answers no callbacks, and nothing of this is mended by it.
      const why = await troubles().catch(() => ['alerts.unreadable'])
      return why.length === 0 ? { status: 'ready' } : { status: 'degraded', why }
    })
    app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(await metrics()))
  }
}
