import type { Desk } from './desk.ts'
import type { Answer, BinaryAnswer, Endpoint } from './endpoint.ts'
import type { FaultRule } from './fault-rule.ts'
import { createFaults, pathMatches } from './faults.ts'
import { readUpload } from './http/multipart.ts'
import { createLimiter, type Limits } from './limits.ts'
import { isOddCursor, NO_ERRCODE, oddCursor, withOddField } from './odd-answer.ts'
import type { PageCut } from './paging.ts'
import { readShape } from './params.ts'
import { Refusal, refuse } from './refusal.ts'
import type { Tokens } from './tokens.ts'

/** One `/cgi-bin` call as it was answered. */
export interface RecordedCall {
  path: string
  method: string
  /** Without access_token and corpsecret. */
  query: Record<string, string>
  body: unknown
  /** Undefined when the answer was not a JSON errcode (HTTP fault). */
  errcode: number | undefined
  atMs: number
}
export interface GatewayRequest {
  method: string
  path: string
  query: Record<string, string>
  body: Buffer | undefined
  contentType: string
}
export interface GatewayReply {
  status: number
  contentType: string
  body: string | Buffer
  filename?: string
  /** Hang up instead of answering. */
  cut?: boolean
}

const json = (body: unknown): GatewayReply => ({
  status: 200,
  contentType: 'application/json; charset=UTF-8',
  body: JSON.stringify(body),
})
const isBinary = (answer: Answer): answer is BinaryAnswer => Buffer.isBuffer(answer.binary)
const isFields = (given: unknown): given is Record<string, unknown> => typeof given === 'object' && given !== null
const CUT: GatewayReply = { status: 0, contentType: '', body: '', cut: true }

export type Gateway = ReturnType<typeof createGateway>

/** The platform's front door: path, faults, token, limits, parameters, then the endpoint. Order as probed (API.md §2). */
export function createGateway(options: {
  desk: Desk
  tokens: Tokens
  endpoints: readonly Endpoint[]
  limits: Limits
  latencyMs: number
  keepCalls: number
  pageCut: PageCut
}) {
  const { desk, tokens, limits, latencyMs, keepCalls, pageCut } = options
  const byPath = new Map(options.endpoints.map((entry) => [entry.path, entry]))
  const faults = createFaults(desk.random)
  const limiter = createLimiter(limits)
  const conflicts = new Set<string>()
  let calls: RecordedCall[] = []
  const pauses = new Map<NodeJS.Timeout, () => void>()

  const realPause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        pauses.delete(timer)
        resolve()
      }, ms)
      pauses.set(timer, resolve)
    })

  const record = (call: RecordedCall): void => {
    calls.push(call)
    if (calls.length > keepCalls * 2) calls = calls.slice(-keepCalls)
  }

  /** The JSON body or the query; undefined when the body is not JSON. */
  const parse = (entry: Endpoint, request: GatewayRequest): unknown => {
    if (entry.method === 'GET' || entry.kind === 'upload') return request.query
    if (!request.body || request.body.length === 0) return {}
    try {
      return JSON.parse(request.body.toString('utf8'))
    } catch {
      return undefined
    }
  }

  const run = async (entry: Endpoint, request: GatewayRequest, given: unknown, isShort: boolean): Promise<Answer> => {
    const nowMs = desk.clock.now()
    const leave = limiter.enter(entry.path, nowMs)
    let conflict: string | undefined
    try {
      if (!entry.unlimited) limiter.count(entry.path, nowMs)
      const owner = entry.kind === 'open' ? undefined : tokens.check(request.query.access_token)
      if (entry.method !== request.method) refuse(40063, `wrong method, ${entry.method} needed`)
      const params = readShape(entry.params, given)
      if (entry.secret === 'contacts' && owner !== 'contacts') refuse(48002, 'api forbidden for this secret')
      const key = entry.conflictKey?.(params)
      if (key !== undefined) {
        if (conflicts.has(key)) refuse(45035, 'concurrent operation on the same customer')
        conflict = key
        conflicts.add(key)
      }
      if (latencyMs > 0) await realPause(latencyMs)
      const part = entry.kind === 'upload' && request.body ? readUpload(request.body, request.contentType) : undefined
      pageCut.share = isShort ? desk.random.next() : 1
      return entry.handle(params, desk, part)
    } finally {
      if (conflict !== undefined) conflicts.delete(conflict)
      leave()
    }
  }

  const errorReply = (entry: Endpoint, errcode: number, message: string): Record<string, unknown> => ({
    errcode,
    errmsg: `${message}, hint: [sandbox], more info at https://open.work.weixin.qq.com/devtool/query?e=${errcode}`,
    ...entry.empty,
  })

  const spoilt = (answer: Record<string, unknown>, fault: FaultRule | undefined, given: unknown) => {
    const odd = fault?.odd === undefined ? answer : withOddField(answer, fault.odd, desk.random)
    if (fault?.cursor === undefined) return odd
    return { ...odd, next_cursor: oddCursor(fault.cursor, isFields(given) ? given.cursor : undefined) }
  }

  const handle = async (request: GatewayRequest): Promise<GatewayReply> => {
    const entry = byPath.get(request.path)
    if (!entry) return { status: 404, contentType: 'text/plain', body: '' }
    const { access_token: _token, corpsecret: _secret, ...query } = request.query
    const given = parse(entry, request)
    const log = (errcode: number | undefined): void =>
      record({
        path: request.path,
        method: request.method,
        query,
        body: entry.method === 'POST' && entry.kind !== 'upload' ? given : undefined,
        errcode,
        atMs: desk.clock.now(),
      })

    const fault = faults.strike(request.path)
    try {
      if (fault) {
        if (fault.hangMs !== undefined) await realPause(fault.hangMs)
        if (fault.cut === 'before') {
          log(undefined)
          return CUT
        }
        if (fault.http !== undefined || fault.html === true) {
          log(undefined)
          const body = fault.html ? '<html><body><h1>Bad Gateway</h1></body></html>' : ''
          return { status: fault.http ?? 200, contentType: fault.html ? 'text/html' : 'text/plain', body }
        }
        if (fault.noErrcode) {
          log(undefined)
          return json(NO_ERRCODE)
        }
        if (fault.invalidToken) {
          tokens.forget()
          refuse(40014, 'invalid access_token')
        }
        if (fault.errcode !== undefined) refuse(fault.errcode, fault.errmsg ?? 'fault set at the desk')
      }
      // The names that such a listing gives to its pages are not the platform's own, also once it is mended.
      const asked = isFields(given) && isOddCursor(given.cursor) ? { ...given, cursor: undefined } : given
      const answer = await run(entry, request, asked, fault?.shortPage === true)
      log(0)
      if (fault?.cut === 'after') return CUT
      if (!isBinary(answer)) return json({ errcode: 0, errmsg: 'ok', ...spoilt(answer, fault, given) })
      const { binary, contentType, filename } = answer
      return { status: 200, contentType, body: binary, ...(filename === undefined ? {} : { filename }) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      log(error.errcode)
      if (fault?.cut === 'after') return CUT
      return json(errorReply(entry, error.errcode, error.message))
    }
  }

  return {
    handle,
    faults,
    /** Wakes all who were kept waiting. */
    close: (): void => {
      for (const [timer, resolve] of pauses) {
        clearTimeout(timer)
        resolve()
      }
      pauses.clear()
    },
    /** Newest last; `path`: whole or its end. */
    calls: (path?: string): RecordedCall[] => calls.filter((call) => pathMatches(call.path, path)),
  }
}
