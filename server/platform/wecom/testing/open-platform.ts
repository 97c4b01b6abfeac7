import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import type { CallResult, WecomLog } from '../call.ts'
import type { RateLimitOptions } from '../limits/documented-limits.ts'
import { createWecom } from '../wecom.ts'

export interface PlatformRequest {
  method: string
  path: string
  query: Record<string, string>
  body: string
}

/** What the platform says to one request: a JSON body, or anything the test writes itself. */
export type PlatformAnswer = object | ((response: ServerResponse, request: IncomingMessage) => void)

export const CORP_ID = 'ww-corp-id-in-test'
export const SECRET = 'planted-corp-secret'

/** A platform that answers as the test says, over real HTTP, and a client for it. `on(path, answer…)`: each answer once,
 *  the last one for ever. gettoken gives planted-token-1, -2, …, 7,200 s each. */
export async function openPlatform(options: { limits?: RateLimitOptions; now?: string } = {}) {
  const requests: PlatformRequest[] = []
  const answers = new Map<string, PlatformAnswer[]>()
  const logged: { level: string; fields: object; message: string }[] = []
  const results: CallResult[] = []
  const clock = createSettableClock(options.now ?? '2026-03-01T09:00:00+08:00')
  let tokens = 0

  const next = (path: string): PlatformAnswer => {
    const line = answers.get(path)
    const answer = line !== undefined && line.length > 1 ? line.shift() : line?.[0]
    if (answer !== undefined) return answer
    if (path !== '/cgi-bin/gettoken') return { errcode: 0, errmsg: 'ok' }
    tokens += 1
    return { errcode: 0, access_token: `planted-token-${tokens}`, expires_in: 7200 }
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://platform')
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      requests.push({
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        body: Buffer.concat(parts).toString('utf8'),
      })
      const answer = next(url.pathname)
      if (typeof answer === 'function') answer(response, request)
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP

  const logTo = (level: string) => (fields: object, message: string) => {
    logged.push({ level, fields, message })
  }
  const log: WecomLog = { debug: logTo('debug'), info: logTo('info'), warn: logTo('warn'), error: logTo('error') }
  const wecom = createWecom({
    apiBase: base,
    oauthBase: 'https://open.weixin.qq.com',
    corpId: CORP_ID,
    agentId: 1_000_002,
    secret: SECRET,
    clock,
    log,
    onCall: (result) => results.push(result),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  })

  return {
    wecom,
    clock,
    base,
    requests,
    logged,
    results,
    on: (path: string, ...line: PlatformAnswer[]): void => {
      answers.set(path, line)
    },
    sent: (path: string): PlatformRequest[] => requests.filter((request) => request.path === path),
    close: async (): Promise<void> => {
      wecom.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type Platform = Awaited<ReturnType<typeof openPlatform>>
