import { AppError } from '../../core/kernel/app-error.ts'
import { backoffMs } from '../../core/kernel/backoff.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { openOutgoing } from '../../core/outgoing/outgoing.ts'
import { OutgoingFault } from '../../core/outgoing/outgoing-fault.ts'
import { publicLookup, refuseInnerAddress } from './public-address.ts'

const TIMEOUT_MS = 10 * SECOND_MS
/** Together a little over a day: a receiver may be down for a night and a morning. */
const RETRY_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  5 * HOUR_MS,
  6 * HOUR_MS,
]
const MOST_RETRY_AFTER_MS = 6 * HOUR_MS
/** Of all 4xx these may be otherwise later. */
const PASSING = new Set([408, 409, 425, 429])

export interface Post {
  url: string
  headers: Record<string, string>
  body: string
  /** Tries so far, this one included. */
  attempts: number
}

/** Posts to other systems: no redirects, no proxy, 10 s. Any 2xx is a yes; gives what was answered with it. Throws webhook.unreachable and webhook.refused
 *  with the time of the next try, webhook.rejected (never again) for a 4xx that will not change, webhook.inner-address, webhook.other-host. `hosts`: the only ones that may
 *  be posted to, `*.` before a domain for all below it; empty: any. */
export function createPostDelivery({ allowPrivate, hosts }: { allowPrivate: boolean; hosts: readonly string[] }) {
  const outgoing = openOutgoing({ mostBytes: 64 * 1024, ...(allowPrivate ? {} : { lookup: publicLookup }) })

  return async ({ url, headers, body, attempts }: Post): Promise<string> => {
    const target = new URL(url)
    if (!isAmong(hosts, target.hostname)) {
      throw new AppError('webhook.other-host', 'the host is not in WEBHOOK_HOSTS', {
        zh: '这个网址的主机不在 WEBHOOK_HOSTS 里，没有发送。确实要发过去时，请部署的同事加上并重启',
      })
    }
    if (!allowPrivate) {
      if (target.protocol !== 'https:') {
        throw new AppError('webhook.not-https', 'only https is allowed', {
          zh: '网址不是 https，没有发送。只在内网使用时，设置 WEBHOOK_PRIVATE=yes 并重启',
        })
      }
      refuseInnerAddress(target)
    }
    const retry = { afterMs: backoffMs(RETRY_MS, attempts) }
    const answer = await outgoing
      .request({
        method: 'POST',
        url,
        body,
        headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Huoshui', ...headers },
        timeoutMs: TIMEOUT_MS,
      })
      .catch((error: unknown) => {
        if (error instanceof AppError) throw error
        const code = error instanceof OutgoingFault ? error.code : 'request failed'
        throw new AppError('webhook.unreachable', code, { retry, zh: `对方没有应答（${code}）` })
      })
    const { status } = answer
    if (status >= 200 && status < 300) return answer.bytes.toString('utf8')
    const told = { zh: `对方回答 HTTP ${status}` }
    if (status < 500 && !PASSING.has(status)) throw new AppError('webhook.rejected', `HTTP ${status}`, told)
    const afterSec = Number(answer.headers['retry-after'])
    const afterMs = Number.isFinite(afterSec) && afterSec > 0 ? Math.min(afterSec * SECOND_MS, MOST_RETRY_AFTER_MS) : 0
    throw new AppError('webhook.refused', `HTTP ${status}`, {
      retry: { afterMs: Math.max(afterMs, retry.afterMs) },
      ...told,
    })
  }
}

const isAmong = (hosts: readonly string[], hostname: string): boolean =>
  hosts.length === 0 ||
  hosts.some((host) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host))

export type PostDelivery = ReturnType<typeof createPostDelivery>
