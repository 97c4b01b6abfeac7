import type { FastifyInstance } from 'fastify'

export interface HealthDeps {
  /** Migrated and able to store right now; false within about 2 s of losing the database. */
  canStore(): Promise<boolean>
  /** Prometheus text. */
  metrics(): Promise<string>
}

/** GET /healthz (the process is up), /readyz (migrated, can store), /metrics (Prometheus text). */
export function healthRoutes({ canStore, metrics }: HealthDeps): (app: FastifyInstance) => void {
  return (app) => {
    app.get('/healthz', async () => ({ status: 'up' }))
    app.get('/readyz', async (_request, reply) => {
      const ready = await canStore()
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready: database cannot store' })
    })
    app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(await metrics()))
  }
}
