import type { FastifyInstance } from 'fastify'
import { type Headers, openedBy } from './opened-by.ts'

export interface Opened {
  by: ReturnType<typeof openedBy>
  /** The mark that this browser was given; undefined: none. */
  mark: string | undefined
}

export interface LinkRouteDeps {
  /** Writes down that a code was opened and says where it leads; undefined: nowhere any more. `mark`: what the browser is
   *  given to keep. */
  open(code: string, opened: Opened): Promise<{ url: string; mark: string | undefined } | undefined>
  isSecure: boolean
}

const COOKIE = 'huoshui_l'
const KEPT_SECONDS = 365 * 86_400

const markOf = ({ cookie }: Headers): string | undefined =>
  new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{1,40})`).exec([cookie ?? ''].flat().join(';'))?.[1]

const GONE = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow"><title>链接已失效</title></head>
<body><h1>这个链接已经失效</h1><p>想看的内容，直接问您的顾问要新的链接。</p></body></html>
`

/** GET /l/:code leads to what the rules say the link means, and nowhere else: nothing of the request stands in where it goes. */
export function linkRoutes({ open, isSecure }: LinkRouteDeps): (app: FastifyInstance) => void {
  return (app) => {
    app.get<{ Params: { code: string } }>('/l/:code', { config: { scope: 'anybody' } }, async (request, reply) => {
      const { method, headers, params } = request
      const found = await open(params.code, { by: openedBy(method, headers), mark: markOf(headers) })
      reply.headers({
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
      })
      if (found === undefined) return reply.code(404).type('text/html; charset=utf-8').send(GONE)
      if (found.mark !== undefined) {
        const secure = isSecure ? '; Secure' : ''
        reply.header(
          'set-cookie',
          `${COOKIE}=${found.mark}; Path=/l; Max-Age=${KEPT_SECONDS}; HttpOnly; SameSite=Lax${secure}`,
        )
      }
      return reply.redirect(found.url, 302)
    })
  }
}
