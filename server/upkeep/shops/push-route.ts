import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError, describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { takeAnyType } from '../../engine/http/take-any-type.ts'
import type { KeepHints } from './keep-hints.ts'
import type { OpenShops } from './open-shops.ts'

/** A refund with the names of five hundred goods is smaller. */
const BODY_LIMIT = 512 * 1024
/** Platforms cut a push after 5 s; by then they shall have a plain no, after which they send again. */
const ANSWER_WITHIN_MS = 4_500

export interface PushRouteDeps {
  shops: OpenShops
  keep: KeepHints
  clock: Clock
  onPush?: (outcome: 'accepted' | 'refused' | 'not-stored') => void
}

/** GET and POST /shops/<id> and below: what a shop pushes. It is a hint, answered once it is committed; what is not from the
 *  shop gets 4xx and one log line without content; a database that cannot store gets 503, so that the platform sends again. */
export function pushRoute({ shops, keep, clock, onPush = () => undefined }: PushRouteDeps) {
  async function take(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { shop: id = '', '*': path = '' } = request.params as Record<string, string>
    const shop = shops.byId(id)
    if (shop === undefined) {
      onPush('refused')
      return reply.code(404).type('text/plain').send('no such shop')
    }
    try {
      const { connection } = shop
      const {
        subjects,
        buyers = [],
        visits = [],
        answer,
      } = connection.verify({
        method: request.method,
        path,
        query: textsOf(request.query),
        headers: textsOf(request.headers),
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      })
      const dueAtMs = clock.now() + connection.abilities.readDelayMs
      const hints = subjects.map((subject) => ({ shop: id, subject, toldBy: 'push' as const, dueAtMs }))
      const told = {
        hints,
        buyers: buyers.map((buyer) => ({ shop: id, ...buyer })),
        visits: visits.map((visit) => ({ shop: id, visit })),
      }
      if (hints.length + buyers.length + visits.length > 0) await inTime(keep(told))
      onPush('accepted')
      return reply.type(answer.type).send(answer.body)
    } catch (error) {
      const refusal = error instanceof AppError && error.status < 500 ? error : undefined
      const code = refusal?.code ?? 'shop.not-stored'
      request.log.warn(
        { code, shop: id, ...(refusal === undefined ? { err: describeError(error) } : {}) },
        'push refused',
      )
      onPush(refusal === undefined ? 'not-stored' : 'refused')
      return reply
        .code(refusal?.status ?? 503)
        .type('text/plain')
        .send(code)
    }
  }

  return (app: FastifyInstance): void => {
    app.register(async (scope) => {
      scope.setChildLoggerFactory((logger) => logger)
      // Signatures are over the bytes, so nothing may parse them before.
      takeAnyType(scope, { parseAs: 'buffer', bodyLimit: BODY_LIMIT })
      for (const url of ['/shops/:shop', '/shops/:shop/*']) {
        scope.route({
          method: ['GET', 'POST'],
          url,
          exposeHeadRoute: false,
          bodyLimit: BODY_LIMIT,
          config: { scope: 'shop' },
          handler: take,
        })
      }
    })
  }
}

const textsOf = (fields: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((fields ?? {}) as Record<string, unknown>).map(([name, value]) => [
      name,
      String(Array.isArray(value) ? value[0] : (value ?? '')),
    ]),
  )

function inTime(stored: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('commit took too long')), ANSWER_WITHIN_MS)
  })
  return Promise.race([stored, late]).finally(() => clearTimeout(timer))
}
