import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply } from 'fastify'
import Type from 'typebox'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Led } from './clicks.ts'
import { withMark } from './link-ways.ts'
import { LOGIN_WITHIN_MS } from './login-states.ts'
import { type Headers, type Opened, openedBy } from './opened-by.ts'
import type { WhoOpens } from './who-opens.ts'

export interface LinkRouteDeps {
  clicks: {
    /** Undefined: the code leads nowhere any more. */
    open(code: string, opened: Opened): Promise<Led | undefined>
    /** The same, counted for nobody. */
    lead(code: string): Promise<Led | undefined>
    openedBy(code: string, externalUserId: string | undefined): Promise<Led | undefined>
  }
  /** Undefined: WeCom is not asked. */
  who: WhoOpens | undefined
  isSecure: boolean
}

export const WHO_PATH = '/l/who'
const COOKIE = 'huoshui_l'
const KEPT_SECONDS = 365 * 86_400

/** What the browser keeps while it is at WeCom's login. */
const LOGIN_COOKIE = 'huoshui_lw'

const cookieOf = (name: string, { cookie }: Headers): string | undefined =>
  new RegExp(`(?:^|;\\s*)${name}=([\\w-]{1,40})(?:;|$)`).exec([cookie ?? ''].flat().join(';'))?.[1]
const markOf = (headers: Headers): string | undefined => cookieOf(COOKIE, headers)

const GONE = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow"><title>链接已失效</title></head>
<body><h1>这个链接已经失效</h1><p>想看的内容，直接问您的顾问要新的链接。</p></body></html>
`

const BackQuery = Type.Object({
  code: Type.Optional(Type.String({ maxLength: 512 })),
  state: Type.Optional(Type.String({ maxLength: 128 })),
})

/** GET /l/:code leads to what the rules say the link means, and nowhere else: nothing of the request stands in where it goes. With
 *  `who` it leads there by way of WeCom's login, which comes back to /l/who. */
export function linkRoutes({ clicks, who, isSecure }: LinkRouteDeps): (app: FastifyInstance) => void {
  const secure = isSecure ? '; Secure' : ''

  const kept = (name: string, value: string, seconds: number): string =>
    `${name}=${value}; Path=/l; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`

  function answer(
    reply: FastifyReply,
    { code, headers }: { code: string; headers: Headers },
    led: Led | undefined,
  ): FastifyReply {
    reply.headers({
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    })
    if (led !== undefined && 'url' in led) {
      if (led.mark !== undefined) reply.header('set-cookie', kept(COOKIE, led.mark, KEPT_SECONDS))
      return reply.redirect(led.url, 302)
    }
    if (led === undefined || who === undefined) return reply.code(404).type('text/html; charset=utf-8').send(GONE)
    const { url, nonce } = who.begin(code, cookieOf(LOGIN_COOKIE, headers))
    reply.header('set-cookie', kept(LOGIN_COOKIE, nonce, LOGIN_WITHIN_MS / SECOND_MS))
    return reply.redirect(url, 302)
  }

  return (app) => {
    const anybody = { config: { scope: 'anybody' } } as const
    app.get<{ Params: { code: string }; Querystring: { f?: unknown } }>('/l/:code', anybody, async (request, reply) => {
      const { method, headers, params, query } = request
      const code = withMark(params.code, query.f)
      const led = await clicks.open(code, { by: openedBy(method, headers), mark: markOf(headers) })
      return answer(reply, { code, headers }, led)
    })
    if (who === undefined) return
    app
      .withTypeProvider<TypeBoxTypeProvider>()
      .get(WHO_PATH, { schema: { querystring: BackQuery }, ...anybody }, async (request, reply) => {
        const { method, headers, query, ip } = request
        const by = openedBy(method, headers)
        // A look ahead ends nothing: the browser itself comes after it.
        const isPerson = by !== 'nobody'
        const back = isPerson ? who.cameBack(query.state ?? '', cookieOf(LOGIN_COOKIE, headers)) : undefined
        const to = { code: back?.code ?? who.codeIn(query.state ?? '') ?? '', headers }
        const ledOn = async () => answer(reply, to, await clicks.lead(to.code))
        if (back === undefined || back.as === 'ended') return ledOn()
        // Whether it leads anywhere is asked first: only those who hold a link make us ask WeCom.
        const led = await clicks.open(to.code, { by: 'in-wechat', mark: markOf(headers) })
        if (led === undefined || 'url' in led) return answer(reply, to, led)
        if (back.as === 'others') return answer(reply, to, await clicks.openedBy(to.code, undefined))
        const person = await who.person(query.code, { code: to.code, address: ip })
        if (person.kind === 'member' || person.kind === 'spent') return ledOn()
        const externalUserId = person.kind === 'customer' ? person.externalUserId : undefined
        return answer(reply, to, await clicks.openedBy(to.code, externalUserId))
      })
  }
}
