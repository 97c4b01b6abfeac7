import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { TLSSocket } from 'node:tls'

export interface Heard {
  status: number
  /** The first 256 KB. */
  text: string
  /** The other side's clock, UTC milliseconds, to the second. */
  dateMs: number | undefined
  /** End of the certificate, UTC milliseconds; only with https. */
  certificateUntilMs: number | undefined
  location: string | undefined
  /** From sending to the end of the answer. */
  ms: number
}

/** No usable answer. `code`: of Node or OpenSSL, `ETIMEDOUT` when time ran out. Never the address. */
export class AskFault extends Error {
  override readonly name = 'AskFault'
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

const MOST_BYTES = 256 * 1024

/** One request on a connection of its own, redirects not followed. The product's client hides what the doctor must see:
 *  the Date, the certificate, the errmsg. Throws AskFault. */
export function ask(
  url: string | URL,
  options: { method?: 'GET' | 'POST'; body?: string; contentType?: string; timeoutMs?: number } = {},
): Promise<Heard> {
  const { method = 'GET', body, contentType = 'application/json', timeoutMs = 5_000 } = options
  const target = new URL(url)
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const request = send(target, {
      method,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'user-agent': 'huoshui-doctor',
        ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
      },
    })
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(new AskFault(error.name === 'AbortError' || error.name === 'TimeoutError' ? 'ETIMEDOUT' : codeOf(error)))
    request.on('error', failed)
    request.on('response', (response) => {
      const certificateUntilMs = certificateEnd(response.socket)
      const parts: Buffer[] = []
      let bytes = 0
      response.on('error', failed)
      response.on('data', (part: Buffer) => {
        if (bytes < MOST_BYTES) parts.push(part)
        bytes += part.length
      })
      response.on('end', () => {
        const { date, location } = response.headers
        const dateMs = date === undefined ? Number.NaN : Date.parse(date)
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(parts).toString('utf8'),
          dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
          certificateUntilMs,
          location,
          ms: Math.round(performance.now() - startedAt),
        })
      })
    })
    request.end(body)
  })
}

const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.name

/** Plain sockets have no certificate. */
function certificateEnd(socket: object): number | undefined {
  if (!('getPeerCertificate' in socket)) return undefined
  const { valid_to: text } = (socket as TLSSocket).getPeerCertificate()
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
