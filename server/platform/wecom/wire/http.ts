import type { FormData } from 'undici'
import { openOutgoing, queryOf } from '../../../core/outgoing/outgoing.ts'
import { OutgoingFault } from '../../../core/outgoing/outgoing-fault.ts'
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

/** Told the Date of each answer, UTC milliseconds cut to the second, and how long the answer took. */
export type OnDate = (dateMs: number, ms: number) => void

/** The one way to the platform. Connections are kept alive. Whatever is not a JSON object with an errcode becomes
 *  WecomUnreachable, without URL, token or answer text. No redirects: a token must not follow one. */
export function createHttp({ apiBase, onDate }: { apiBase: string; onDate?: OnDate | undefined }) {
  const base = apiBase.replace(/\/$/, '')
  const outgoing = openOutgoing({ mostBytes: MAX_ANSWER_BYTES })

  async function send(
    request: HttpRequest,
    isSecondTry: boolean,
  ): Promise<{ status: number; bytes: Buffer; contentType: string }> {
    const { method, path, query, timeoutMs } = request
    const startedAt = performance.now()
    try {
      const url = `${base}${path}${queryOf(query)}`
      const { status, headers, bytes } = await outgoing.request({ method, url, ...bodyOf(request), timeoutMs })
      const dateMs = Date.parse(String(headers.date ?? ''))
      if (!Number.isNaN(dateMs)) onDate?.(dateMs, performance.now() - startedAt)
      return { status, bytes, contentType: String(headers['content-type'] ?? '') }
    } catch (error) {
      const fault = error instanceof OutgoingFault ? error : undefined
      // The far end closed an idle connection just as we used it: the request was not read.
      if (fault?.brokeOff === true && request.repeatable && !isSecondTry) return send(request, true)
      throw new WecomUnreachable(path, whatOf(fault), { mayHaveHappened: fault?.mayHaveHappened ?? true })
    }
  }

  return {
    /** The parsed answer, errcode of any value; or the file, when one was asked for. Throws WecomUnreachable. */
    request: async (request: HttpRequest): Promise<Json> => {
      const { status, bytes, contentType } = await send(request, false)
      if (status !== 200) {
        throw new WecomUnreachable(request.path, `HTTP ${status}`, { mayHaveHappened: status >= 500 })
      }
      // An errcode in place of a file comes as JSON, sometimes under text/plain (doc 90254).
      if (request.binary === true && !/json|text\/plain/i.test(contentType)) return { bytes, contentType }
      const answer = parseObject(bytes.toString('utf8'))
      if (answer === undefined) {
        throw new WecomUnreachable(request.path, 'the answer is not JSON', { mayHaveHappened: true })
      }
      return answer
    },
    /** Ends the connections. */
    close: (): void => {
      outgoing.close()
    },
  }
}

export type Http = ReturnType<typeof createHttp>

function bodyOf({ method, body, form }: HttpRequest): { body?: string | FormData; headers?: Record<string, string> } {
  if (form !== undefined) return { body: form }
  if (method === 'GET') return {}
  return { body: JSON.stringify(body ?? {}), headers: { 'content-type': 'application/json' } }
}

function parseObject(text: string): Json | undefined {
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

function whatOf(fault: OutgoingFault | undefined): string {
  if (fault === undefined) return 'request failed'
  if (fault.code === 'ETIMEDOUT') return 'no answer in time'
  return fault.code === 'TOO_LARGE' ? 'the answer is too large' : fault.code
}
