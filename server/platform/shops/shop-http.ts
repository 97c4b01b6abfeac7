import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { isAxiosError } from 'axios'
import { parseBigJson } from './big-json.ts'
import { ShopError, shopTooFast } from './shop-error.ts'

export interface ShopCall {
  method: 'GET' | 'POST' | 'PUT'
  /** The only part of the address that errors may name. */
  path: string
  query?: Record<string, string | number>
  headers?: Record<string, string>
  /** Sent as JSON. */
  body?: unknown
}

export type Json = Record<string, unknown>

const TIMEOUT_MS = 10_000
/** A page of a hundred orders with all that platforms put into them. */
const MOST_BYTES = 16 * 1024 * 1024

const unreachable = (path: string, what: string, mayHaveHappened = true): ShopError =>
  new ShopError('shop.unreachable', `${path}: ${what}`, {
    scope: 'shop',
    zh: '连不上店铺的接口',
    mayHaveHappened,
  })

/** The one way to a shop. Whatever is not a JSON object becomes a ShopError without address, token or content. No
 *  redirects: a token must not follow one. */
export function createShopHttp({ api, onCall }: { api: string; onCall: () => void }) {
  const httpAgent = new HttpAgent({ keepAlive: true, maxFreeSockets: 16 })
  const httpsAgent = new HttpsAgent({ keepAlive: true, maxFreeSockets: 16 })
  const client = axios.create({
    baseURL: api.replace(/\/$/, ''),
    httpAgent,
    httpsAgent,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MOST_BYTES,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  })

  return {
    ask: async ({ method, path, query = {}, headers = {}, body }: ShopCall): Promise<Json> => {
      onCall()
      const answer = await client
        .request<unknown>({
          method,
          url: path,
          params: query,
          headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { data: JSON.stringify(body) }),
          timeout: TIMEOUT_MS,
          // axios' own time-out does not cover an answer that trickles in.
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        .catch((error: unknown) => {
          // The rest of an axios error holds the whole request.
          const code = isAxiosError(error) ? (error.code ?? 'no code') : 'request failed'
          throw unreachable(path, code, code !== 'ECONNREFUSED' && code !== 'ENOTFOUND')
        })
      if (answer.status === 429) throw shopTooFast(`${path}: HTTP 429`, 60_000)
      if (answer.status !== 200) throw unreachable(path, `HTTP ${answer.status}`, answer.status >= 500)
      const json = parseObject(answer.data)
      if (json === undefined) throw unreachable(path, 'the answer is not JSON')
      return json
    },
    close: (): void => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}
export type ShopHttp = ReturnType<typeof createShopHttp>

function parseObject(text: unknown): Json | undefined {
  try {
    const value = parseBigJson(String(text))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}
