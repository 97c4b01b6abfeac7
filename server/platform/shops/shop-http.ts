import { openOutgoing, queryOf } from '../../core/outgoing/outgoing.ts'
import { OutgoingFault } from '../../core/outgoing/outgoing-fault.ts'
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
  const base = api.replace(/\/$/, '')
  const outgoing = openOutgoing({ mostBytes: MOST_BYTES })

  return {
    ask: async ({ method, path, query = {}, headers = {}, body }: ShopCall): Promise<Json> => {
      onCall()
      const answer = await outgoing
        .request({
          method,
          url: `${base}${path}${queryOf(query)}`,
          headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          timeoutMs: TIMEOUT_MS,
        })
        .catch((error: unknown) => {
          const fault = error instanceof OutgoingFault ? error : undefined
          throw unreachable(path, fault?.code ?? 'request failed', fault?.mayHaveHappened ?? true)
        })
      if (answer.status === 429) throw shopTooFast(`${path}: HTTP 429`, 60_000)
      if (answer.status !== 200) throw unreachable(path, `HTTP ${answer.status}`, answer.status >= 500)
      const json = parseObject(answer.bytes.toString('utf8'))
      if (json === undefined) throw unreachable(path, 'the answer is not JSON')
      return json
    },
    close: (): void => {
      outgoing.close()
    },
  }
}
export type ShopHttp = ReturnType<typeof createShopHttp>

function parseObject(text: string): Json | undefined {
  try {
    const value = parseBigJson(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}
