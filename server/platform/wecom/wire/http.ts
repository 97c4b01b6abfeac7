import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { isAxiosError } from 'axios'
import { WecomUnreachable } from './wecom-error.ts'

export interface HttpRequest {
  method: 'GET' | 'POST'
  /** `/cgi-bin/…`; the only part of the URL that errors and logs may name. */
  path: string
  query?: Record<string, string | number>
  /** Sent as JSON. */
  body?: unknown
  /** Sent as multipart; instead of body. */
  form?: FormData
  timeoutMs: number
  /** A second try on a connection that was closed under our hands does no harm. */
  repeatable: boolean
  /** The answer may be a file: then it is `{ bytes, contentType }`. */
  binary?: boolean
}

export type Json = Record<string, unknown>

/** Larger than any documented answer (the longest is the unpaged customer list of one member, below 1 MB). */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
const MAX_UPLOAD_BYTES = 32 * 1024 * 1024

/** Told the Date of each answer, UTC milliseconds cut to the second, and how long the answer took. */
export type OnDate = (dateMs: number, ms: number) => void

/** The one way to the platform. Connections are kept alive. Whatever is not a JSON object with an errcode becomes
 *  WecomUnreachable, without URL, token or answer text. No redirects: a token must not follow one. */
export function createHttp({ apiBase, onDate }: { apiBase: string; onDate?: OnDate | undefined }) {
  const httpAgent = new HttpAgent({ keepAlive: true, maxFreeSockets: 64 })
  const httpsAgent = new HttpsAgent({ keepAlive: true, maxFreeSockets: 64 })
  const client = axios.create({
    baseURL: apiBase.replace(/\/$/, ''),
    httpAgent,
    httpsAgent,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_ANSWER_BYTES,
    maxBodyLength: MAX_UPLOAD_BYTES,
    responseType: 'text',
    // The text is parsed below, where a page in place of JSON can be told apart.
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  })

  async function send(
    request: HttpRequest,
    isSecondTry: boolean,
  ): Promise<{ status: number; data: unknown; contentType: string }> {
    const { method, path, query, timeoutMs } = request
    const startedAt = performance.now()
    try {
      const answer = await client.request<unknown>({
        method,
        url: path,
        params: query ?? {},
        ...bodyOf(request),
        ...(request.binary ? { responseType: 'arraybuffer' } : {}),
        timeout: timeoutMs,
        // axios' own time-out does not cover an answer that trickles in.
        signal: AbortSignal.timeout(timeoutMs),
      })
      const dateMs = Date.parse(String(answer.headers.date ?? ''))
      if (!Number.isNaN(dateMs)) onDate?.(dateMs, performance.now() - startedAt)
      return { status: answer.status, data: answer.data, contentType: String(answer.headers['content-type'] ?? '') }
    } catch (error) {
      const fault = readFault(error)
      // The far end closed an idle connection just as we used it: the request was not read.
      if (fault.isStaleConnection && request.repeatable && !isSecondTry) return send(request, true)
      throw new WecomUnreachable(path, fault.what, { mayHaveHappened: fault.mayHaveHappened })
    }
  }

  return {
    /** The parsed answer, errcode of any value; or the file, when one was asked for. Throws WecomUnreachable. */
    request: async (request: HttpRequest): Promise<Json> => {
      const { status, data, contentType } = await send(request, false)
      if (status !== 200) {
        throw new WecomUnreachable(request.path, `HTTP ${status}`, { mayHaveHappened: status >= 500 })
      }
      // An errcode in place of a file comes as JSON, sometimes under text/plain (doc 90254).
      if (Buffer.isBuffer(data) && !/json|text\/plain/i.test(contentType)) return { bytes: data, contentType }
      const answer = parseObject(Buffer.isBuffer(data) ? data.toString('utf8') : data)
      if (answer === undefined) {
        throw new WecomUnreachable(request.path, 'the answer is not JSON', { mayHaveHappened: true })
      }
      return answer
    },
    /** Closes idle connections. */
    close: (): void => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

export type Http = ReturnType<typeof createHttp>

function bodyOf({ method, body, form }: HttpRequest): { data?: unknown; headers?: Record<string, string> } {
  if (form !== undefined) return { data: form }
  if (method === 'GET') return {}
  return { data: JSON.stringify(body ?? {}), headers: { 'content-type': 'application/json' } }
}

function parseObject(text: unknown): Json | undefined {
  if (typeof text !== 'string') return undefined
  const value = parseJson(text) ?? parseJson(withEscapedControls(text))
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Nicknames hold line breaks, tabs and other control characters, which WeCom at times writes as they are (JSON forbids
 *  it). Outside of strings they are blanks or nonsense, and stay. */
const withEscapedControls = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\[\s\S])*"/g, (string) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones meant.
    string.replace(/[\u0000-\u001f]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )

const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'CERT_HAS_EXPIRED'])

/** Takes only the code out of a fault: the rest of an axios error holds the whole request. */
function readFault(error: unknown): { what: string; mayHaveHappened: boolean; isStaleConnection: boolean } {
  if (!isAxiosError(error)) return { what: 'request failed', mayHaveHappened: true, isStaleConnection: false }
  const code = error.code ?? 'no code'
  if (code === 'ERR_CANCELED' || code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return { what: 'no answer in time', mayHaveHappened: true, isStaleConnection: false }
  }
  const request: unknown = error.request
  const reused = typeof request === 'object' && request !== null && 'reusedSocket' in request && request.reusedSocket
  return {
    what: code === 'ERR_BAD_RESPONSE' ? 'the answer is too large' : code,
    mayHaveHappened: !NOT_SENT.has(code),
    isStaleConnection: reused === true && (code === 'ECONNRESET' || code === 'EPIPE'),
  }
}
