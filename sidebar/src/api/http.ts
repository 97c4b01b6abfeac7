import type { RefusedField } from '../../../server/sidebar-api/contract.ts'
import { ApiError } from './api-error.ts'

/** Milliseconds after which a request is given up. */
const TIMEOUT_MS = 15_000

export interface HttpOptions {
  fetcher?: typeof fetch
  /** Answers that came with the page, by path and query. Each is used once: whoever asks again wants to know anew. */
  told?: Record<string, unknown>
}

export interface Http {
  get<Answer>(path: string, query?: Record<string, string | number>, signal?: AbortSignal): Promise<Answer>
  post<Answer>(path: string, body: unknown): Promise<Answer>
}

/** JSON over fetch, below /api/sidebar. Answers are trusted: the server builds them by the contract's own schemas.
 *  Throws ApiError; an abort by `signal` is thrown as it is. */
export function createHttp({ fetcher = (...args) => fetch(...args), told = {} }: HttpOptions = {}): Http {
  const untaken = new Map(Object.entries(told))

  async function request<Answer>(path: string, init: RequestInit, signal?: AbortSignal): Promise<Answer> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    const bound = signal === undefined ? timeout : anyOf(signal, timeout)
    let response: Response
    try {
      const asked = fetcher(`/api/sidebar/${path}`, { credentials: 'same-origin', ...init, signal: bound })
      response = await Promise.race([asked, aborted(bound)])
    } catch (error) {
      if (signal?.aborted === true) throw error
      throw new ApiError(
        0,
        'network',
        timeout.aborted ? '服务器太久没有回应，请重试' : '连不上服务器，请检查网络后重试',
      )
    }
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok && answer !== undefined) return answer as Answer // built by the contract's schema on the server
    throw refusal(response.status, answer)
  }

  return {
    get: async <Answer>(path: string, query?: Record<string, string | number>, signal?: AbortSignal) => {
      const search = new URLSearchParams(Object.entries(query ?? {}).map(([name, value]) => [name, String(value)]))
      const question = search.size > 0 ? `${path}?${search}` : path
      const known = untaken.get(question)
      if (untaken.delete(question)) return known as Answer // built by the contract's schema on the server
      return request<Answer>(question, {}, signal)
    },
    post: (path, body) =>
      request(path, {
        method: 'POST',
        // What is sent while the window closes arrives all the same.
        keepalive: true,
        headers: { 'content-type': 'application/json', 'x-huoshui-sidebar': '1' },
        body: JSON.stringify(body),
      }),
  }
}

function refusal(status: number, answer: unknown): ApiError {
  const said = answer !== null && typeof answer === 'object' ? (answer as Partial<Record<string, unknown>>) : {}
  return new ApiError(
    status,
    typeof said.code === 'string' ? said.code : 'server',
    typeof said.zh === 'string' ? said.zh : '服务器出了点问题，请稍后重试',
    Array.isArray(said.refused) ? (said.refused as RefusedField[]) : [], // built by the contract's schema on the server
  )
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

/** AbortSignal.any is younger than the oldest WeCom browsers. */
function anyOf(...signals: AbortSignal[]): AbortSignal {
  const controller = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason)
    signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  }
  return controller.signal
}
