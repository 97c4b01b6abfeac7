import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { takeAnyType } from '../http/take-any-type.ts'
import type { Accept, InboundEvent } from './accept.ts'

const Query = Type.Object({
  msg_signature: Type.String({ minLength: 1, maxLength: 100 }),
  timestamp: Type.String({ pattern: '^\\d{1,13}$' }),
  nonce: Type.String({ minLength: 1, maxLength: 100 }),
})
const VerifyQuery = Type.Interface([Query], { echostr: Type.String({ minLength: 1, maxLength: 4096 }) })
const isQuery = Compile(Query)
const isVerifyQuery = Compile(VerifyQuery)

/** WeCom cuts the connection after 5 s; by then it shall have a plain no, after which it sends again. */
const ANSWER_WITHIN_MS = 4_500
/** Real callbacks are a few KB. */
const BODY_LIMIT = 256 * 1024

/** WeCom's echo is a number of 19 digits. Anything longer, or with markup, is a message that somebody kept and would like
 *  to have opened: messages are sealed as echoes are. */
const ECHO = /^[\w.+/=-]{1,64}$/

/** Nonces that begin so are the doctor's trials: refused as any other, but not counted and not logged as refused. */
export const TRIAL_NONCE = 'huoshui-doctor-'

export interface Signed {
  signature: string
  timestamp: string
  nonce: string
}

/** How the platform wraps its messages; `open*` throw AppError with a 4xx status. */
export interface CallbackEnvelope {
  openEcho(signed: Signed, echo: string): string
  openEvent(signed: Signed, body: string): InboundEvent
}

export interface CallbackDeps {
  envelope: CallbackEnvelope
  accept: Accept
  clock: Clock
  /** Seconds that a callback's timestamp may differ from our clock. */
  windowSec: number
  /** The tables can be used; until then everything gets 503, so that the platform sends again. */
  isReady(): boolean
  /** Resolves when a refusal may go to this address. */
  beforeRefusal?: (address: string) => Promise<void>
  onAccepted?: () => void
  onRefused?: (code: string) => void
}

/** GET and POST /wecom/callback. `success` is answered only after the event is committed; anything that is not from
 *  our corp's WeCom gets 4xx and one log line without content; a database that cannot store gets 503, so that the
 *  platform sends again. Source: 90930, 90968. */
export function callbackRoute(deps: CallbackDeps): (app: FastifyInstance) => void {
  const { envelope, accept, clock, windowSec } = deps

  const refuse = async (request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<FastifyReply> => {
    const refusal = error instanceof AppError ? error : undefined
    const status = refusal !== undefined && refusal.status < 500 ? refusal.status : 503
    const code = refusal?.code ?? 'callback.not-stored'
    if (!isTrial(request.query)) {
      request.log.warn({ code, ip: request.ip, ...(status === 503 ? { err: String(error) } : {}) }, 'callback refused')
      deps.onRefused?.(code)
    }
    // A «no» for want of a database is for WeCom, which counts the seconds.
    if (status < 500) await deps.beforeRefusal?.(request.ip)
    return reply.code(status).type('text/plain').send(code)
  }

  const signed = (query: unknown): Signed => {
    if (!isQuery.Check(query)) throw new AppError('callback.bad-query', 'signature parameters missing', { status: 400 })
    return { signature: query.msg_signature, timestamp: query.timestamp, nonce: query.nonce }
  }

  function mustBeInWindow({ timestamp }: Signed): void {
    if (Math.abs(clock.now() / 1000 - Number(timestamp)) <= windowSec) return
    throw new AppError('callback.stale', 'timestamp outside the window', { status: 403 })
  }

  return (app) => {
    app.register(async (scope) => {
      // One log line at most for each, and it needs no request id: a logger for each costs more than the check of its query.
      scope.setChildLoggerFactory((logger) => logger)
      takeAnyType(scope, { parseAs: 'string', bodyLimit: BODY_LIMIT })

      scope.get('/wecom/callback', { config: { scope: 'wecom' } }, async (request, reply) => {
        try {
          if (!isVerifyQuery.Check(request.query)) {
            throw new AppError('callback.bad-query', 'signature parameters missing', { status: 400 })
          }
          // Some proxies turn the `+` of base64 into a blank.
          const seal = signed(request.query)
          const echo = envelope.openEcho(seal, request.query.echostr.replaceAll(' ', '+'))
          mustBeInWindow(seal)
          if (!ECHO.test(echo)) throw new AppError('callback.no-echo', 'what is inside is no echo', { status: 403 })
          return reply.type('text/plain').send(echo)
        } catch (error) {
          return await refuse(request, reply, error)
        }
      })

      scope.post('/wecom/callback', { bodyLimit: BODY_LIMIT, config: { scope: 'wecom' } }, async (request, reply) => {
        try {
          const seal = signed(request.query)
          if (typeof request.body !== 'string') throw new AppError('callback.bad-body', 'empty body', { status: 400 })
          const event = envelope.openEvent(seal, request.body)
          mustBeInWindow(seal)
          if (!deps.isReady()) throw new Error('database not ready')
          await withinDeadline(accept(event))
          deps.onAccepted?.()
          return reply.type('text/plain').send('success')
        } catch (error) {
          return await refuse(request, reply, error)
        }
      })
    })
  }
}

const isTrial = (query: unknown): boolean => isQuery.Check(query) && query.nonce.startsWith(TRIAL_NONCE)

function withinDeadline(stored: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('commit took too long')), ANSWER_WITHIN_MS)
  })
  return Promise.race([stored, late]).finally(() => clearTimeout(timer))
}
