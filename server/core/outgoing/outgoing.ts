import type { LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { unzip } from 'node:zlib'
import { Agent, errors, type FormData } from 'undici'
import { AppError } from '../kernel/app-error.ts'
import { OutgoingFault } from './outgoing-fault.ts'

export interface OutgoingRequest {
  method: 'GET' | 'POST' | 'PUT'
  /** Whole, with its query. It stands in no error. */
  url: string
  headers?: Record<string, string>
  body?: string | FormData
  /** From now to the last byte of the answer. */
  timeoutMs: number
}

export interface OutgoingAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  bytes: Buffer
}

export interface OutgoingOptions {
  /** A longer answer is a fault. */
  mostBytes: number
  /** How long an idle connection is kept where the other side does not say. Milliseconds. */
  keptMs?: number
  /** Resolves names; what it throws as AppError is thrown by `request` as it is. */
  lookup?: LookupFunction
}

const KEPT_MS = 55_000

/** The one way out of the process by HTTP: connections are kept alive, redirects and proxies are not followed, any status is an answer.
 *  `request` throws OutgoingFault, which holds neither URL nor headers nor content. */
export function openOutgoing({ mostBytes, keptMs = KEPT_MS, lookup }: OutgoingOptions) {
  const agent = new Agent({
    keepAliveTimeout: keptMs,
    maxResponseSize: mostBytes,
    // Both are covered by the time for the whole.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(lookup === undefined ? {} : { connect: { lookup } }),
  })

  async function ask(request: OutgoingRequest, signal: AbortSignal): Promise<OutgoingAnswer> {
    const { method, headers, body } = request
    const { origin, pathname, search } = new URL(request.url)
    const answer = await agent.request({
      origin,
      path: `${pathname}${search}`,
      method,
      signal,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    return {
      status: answer.statusCode,
      headers: answer.headers,
      bytes: await unpacked(bytes, answer.headers['content-encoding'], { status: answer.statusCode, most: mostBytes }),
    }
  }

  return {
    request: async (request: OutgoingRequest): Promise<OutgoingAnswer> => {
      const stop = new AbortController()
      let timer: NodeJS.Timeout | undefined
      // A request that still waits for its connection hears the signal only once that is there: then it is not sent any more.
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new OutgoingFault('ETIMEDOUT', { mayHaveHappened: true }))
          stop.abort()
        }, request.timeoutMs)
      })
      const answer = ask(request, stop.signal)
      try {
        return await Promise.race([answer, late])
      } catch (error) {
        throw readFault(error)
      } finally {
        clearTimeout(timer)
        answer.catch(() => undefined)
      }
    },
    /** Ends the connections, and what is under way on them. */
    close: (): void => {
      agent.destroy().catch(() => undefined)
    },
  }
}

export type Outgoing = ReturnType<typeof openOutgoing>

const unzipped = promisify(unzip)

/** Nobody is asked to pack an answer; some gateways do all the same. What cannot be unpacked says nothing, but its status still does. */
async function unpacked(
  bytes: Buffer,
  encoding: string | string[] | undefined,
  { status, most }: { status: number; most: number },
): Promise<Buffer> {
  if (bytes.length === 0 || !/^(x-gzip|gzip|deflate)$/i.test(String(encoding))) return bytes
  try {
    return await unzipped(bytes, { maxOutputLength: most })
  } catch (error) {
    if (status >= 200 && status < 300) throw error
    return Buffer.alloc(0)
  }
}

/** The request did not leave: no such host, nobody listens, a certificate that is not theirs, or nothing that can be sent at all. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_INVALID_URL',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Takes only the code out of a fault: the rest may hold the request. */
function readFault(error: unknown): Error {
  if (error instanceof OutgoingFault || error instanceof AppError) return error
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof AppError) return cause
  const code = codeOf(error) ?? codeOf(cause) ?? 'request failed'
  if (error instanceof errors.ResponseExceededMaxSizeError || code === 'ERR_BUFFER_TOO_LARGE') {
    return new OutgoingFault('TOO_LARGE', { mayHaveHappened: true })
  }
  return new OutgoingFault(code, { mayHaveHappened: !NOT_SENT.has(code) })
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** `?a=1&b=2`; nothing for nothing. */
export const queryOf = (query: Record<string, string | number> = {}): string => {
  const text = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  return text === '' ? '' : `?${text}`
}
