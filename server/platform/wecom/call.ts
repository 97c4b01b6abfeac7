import type { Static, TSchema } from 'typebox'
import type { FormData } from 'undici'
import { currentCallContext } from '../../core/kernel/call-context.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { ERRCODE } from './error-codes/errcode.ts'
import { errorCode } from './error-codes/error-codes.ts'
import { createConcurrencyQueue } from './limits/concurrency-queue.ts'
import type { RateLimits } from './limits/rate-limits.ts'
import type { KeptCredential } from './token/kept-credential.ts'
import type { Endpoint } from './wire/endpoint.ts'
import { readErrcode } from './wire/errcode.ts'
import type { Http, Json } from './wire/http.ts'
import type { LeftOutRow } from './wire/left-out.ts'
import {
  type UnreadField,
  WecomError,
  WecomNotUnderstood,
  WecomRateLimited,
  WecomUnreachable,
} from './wire/wecom-error.ts'

export interface WecomLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface CallResult {
  path: string
  /** 0 is a success; undefined when there was no usable answer. */
  errcode: number | undefined
  /** WeCom, or something in its place, answered in JSON: it can be reached. */
  isAnswered: boolean
  ms: number
}

/** An answer came: which endpoint's, and what of it cannot be read. */
export type OnAnswer = (path: string, unread: UnreadField | undefined) => void

interface CallOptions {
  /** For the whole call, a token fetch included. Default: the endpoint's own. */
  timeoutMs?: number
  /** Multipart body; then the request is the query. */
  form?: FormData
}

export type Call = <Request extends TSchema, Answer extends TSchema>(
  endpoint: Endpoint<Request, Answer>,
  request: Static<Request>,
  options?: CallOptions,
) => Promise<Static<Answer>>

/** `wrongSecret` is just that at gettoken; elsewhere it comes for tokens that are no longer good. */
const TOKEN_REFUSED = new Set<number>([ERRCODE.invalidToken, ERRCODE.tokenExpired, ERRCODE.wrongSecret])
const isTokenRefused = (answer: Json): boolean => TOKEN_REFUSED.has(readErrcode(answer) ?? 0)
const COMPLAIN_EVERY_MS = 10 * 60_000
/** Of the rows that were left out; the rest is a number. */
const MOST_NAMED = 20

/** Every call to the platform goes this way: request checked, limits kept, token put on (and renewed once when it is
 *  refused), errcode looked at before anything else, answer checked against its schema.
 *  Throws WecomBadRequest, WecomRateLimited, WecomError, WecomUnreachable, WecomNotUnderstood. */
export function createCall(deps: {
  http: Http
  token: KeptCredential
  limits: RateLimits
  clock: Clock
  log: WecomLog
  onCall?: ((result: CallResult) => void) | undefined
  onAnswer?: OnAnswer | undefined
}): Call {
  const { http, token, limits, clock, log, onCall, onAnswer } = deps
  const queue = createConcurrencyQueue({ limits, nowMs: () => clock.now() })
  const complainedAt = new Map<number, number>()

  async function once(
    endpoint: Endpoint,
    request: Record<string, string | number>,
    accessToken: string,
    form: FormData | undefined,
    timeoutMs: number,
  ): Promise<Json> {
    const { path, method, repeatable } = endpoint
    const inQuery = method === 'GET' || form !== undefined
    const startedAt = performance.now()
    const askedAtMs = clock.now()
    let errcode: number | undefined
    let isAnswered = false
    try {
      const answer = await http.request({
        method,
        path,
        query: { access_token: accessToken, ...(inQuery ? request : {}) },
        ...(inQuery ? {} : { body: request }),
        ...(form === undefined ? {} : { form }),
        timeoutMs,
        repeatable,
        binary: endpoint.binary,
      })
      isAnswered = true
      errcode = readErrcode(answer)
      return answer
    } finally {
      const ms = Math.round(performance.now() - startedAt)
      log.debug({ path, errcode, ms }, 'wecom call')
      onCall?.({ path, errcode, isAnswered, ms })
      currentCallContext()?.onCall?.(path, clock.now() - askedAtMs)
    }
  }

  /** One complaint per code in ten minutes: each failed action has its own record besides. */
  function complain(path: string, errcode: number): void {
    const { kind, todo } = errorCode(errcode)
    const now = clock.now()
    if (todo === undefined || now - (complainedAt.get(errcode) ?? -COMPLAIN_EVERY_MS) < COMPLAIN_EVERY_MS) return
    complainedAt.set(errcode, now)
    log.error({ path, errcode, kind, todo }, 'WeCom refuses until someone changes a setting')
  }

  function notUnderstood({ path, repeatable }: Endpoint, field: string, isDone: boolean): WecomNotUnderstood {
    log.warn({ path, field }, 'WeCom answered in another shape than documented')
    onAnswer?.(path, { path, field })
    return new WecomNotUnderstood({ path, field }, { isDone, repeatable })
  }

  /** Who reads the rest of the list need not know; a person must. */
  function tellLeftOut(path: string, rows: readonly LeftOutRow[]): UnreadField | undefined {
    const [first] = rows
    if (first === undefined) return undefined
    const { field } = first
    const leftOut = { count: rows.length, ids: rows.flatMap(({ id }) => id ?? []).slice(0, MOST_NAMED) }
    log.warn({ path, field, ...leftOut }, 'rows of an answer of WeCom cannot be used and were left out')
    return { path, field, leftOut }
  }

  return async (endpoint, request, options = {}) => {
    const { path } = endpoint
    endpoint.checkRequest(request)
    // Schemas of requests are objects; in a query their fields are text or numbers.
    const fields = request as Record<string, string | number>
    return queue.pass(path, async () => {
      const waitMs = await limits.take(path, clock.now())
      if (waitMs > 0) throw new WecomRateLimited(path, waitMs)
      // One deadline for token, call and second call: who called has a lease or 20 s, not a sum of time-outs.
      const endsAt = performance.now() + (options.timeoutMs ?? endpoint.timeoutMs)
      const leftMs = (): number => Math.max(1, Math.ceil(endsAt - performance.now()))
      let accessToken = await inTime(token.get(), leftMs(), path)
      let answer = await once(endpoint, fields, accessToken, options.form, leftMs())
      if (isTokenRefused(answer)) {
        accessToken = await inTime(token.renew(accessToken), leftMs(), path)
        await limits.take(path, clock.now())
        answer = await once(endpoint, fields, accessToken, options.form, leftMs())
      }
      const errcode = readErrcode(answer)
      if (errcode === undefined) throw notUnderstood(endpoint, 'errcode', false)
      if (!isTokenRefused(answer)) token.accepted()
      const closedMs = limits.learn(path, errcode, clock.now())
      if (closedMs > 0) log.warn({ path, closedMs }, 'WeCom says too many calls; endpoint closed for a while')
      if (errcode === ERRCODE.tooManyAtOnce) log.warn({ path }, 'WeCom says too many calls at once; fewer from now on')
      if (errcode !== 0) {
        complain(path, errcode)
        throw new WecomError(errcode, path, closedMs > 0 ? { retry: { afterMs: closedMs } } : {})
      }
      const read = endpoint.readAnswer(answer)
      if ('unreadField' in read) throw notUnderstood(endpoint, read.unreadField, true)
      const unread = tellLeftOut(path, read.leftOut)
      onAnswer?.(path, unread)
      return read.value
    })
  }
}

/** The token, unless it takes too long; the fetch goes on for the next who asks. */
function inTime(token: Promise<string>, timeoutMs: number, path: string): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new WecomUnreachable(path, 'no access token in time', { mayHaveHappened: false }))
    timer = setTimeout(giveUp, timeoutMs)
  })
  return Promise.race([token, late]).finally(() => clearTimeout(timer))
}
