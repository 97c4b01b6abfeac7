import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyCookie from '@fastify/cookie'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { gzipAnswer } from '../engine/http/gzip-answer.ts'
import { type Told, toldPage } from './told-page.ts'

export interface StaticDeps {
  /** The built sidebar; default `sidebar/dist` of this repository. */
  distDir?: string | undefined
  /** The sandbox, where it plays WeCom: the page may stand in its frame, and its client comes into the page. */
  frameOrigin: string | undefined
  tell(request: FastifyRequest, reply: FastifyReply): Promise<Told>
}

const DIST = fileURLToPath(new URL('../../sidebar/dist', import.meta.url))
const YEAR_SEC = 31_536_000

const NOT_BUILT = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>活水侧边栏还没构建</title>
<body style="margin:18vh auto;max-width:22em;padding:0 20px;font:16px/1.7 system-ui,sans-serif;color:#22292a;background:#f5f2ec">
<h1 style="font-size:20px">侧边栏还没构建</h1>
<p>服务已经启动，只差侧边栏页面。请在项目目录运行：</p>
<pre style="padding:12px 14px;border-radius:10px;background:#fffefb">npm run build</pre>
<p>完成后刷新本页，不用重启服务。</p>`

/** The sidebar's page and files at /sidebar/. Files with a hash in their name never change; the page says who is there and is
 *  kept by nobody. */
export function sidebarFiles(app: FastifyInstance, { distDir = DIST, frameOrigin, tell }: StaticDeps): void {
  // Inline ones too: the WeCom clients put their bridge into the page in ways that differ from phone to phone. Ours has none.
  const csp = [
    ["script-src 'self' 'unsafe-inline' https://res.wx.qq.com https://*.weixin.qq.com", frameOrigin]
      .filter(Boolean)
      .join(' '),
    `frame-ancestors ${["'self'", 'https://*.weixin.qq.com', 'https://*.work.weixin.qq.com', frameOrigin].filter(Boolean).join(' ')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ')

  const clientScript = frameOrigin === undefined ? undefined : `${frameOrigin}/_sandbox/client.js`
  const pageFile = join(distDir, 'index.html')
  let built: { atMs: number; html: string } | undefined
  /** undefined: not there. A new build counts without a restart. */
  function builtPage(): string | undefined {
    const atMs = statSync(pageFile, { throwIfNoEntry: false })?.mtimeMs
    if (atMs === undefined) return undefined
    if (built?.atMs !== atMs) built = { atMs, html: readFileSync(pageFile, 'utf8') }
    return built.html
  }

  async function page(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    reply.headers({ 'content-security-policy': csp, 'cache-control': 'no-store', 'referrer-policy': 'same-origin' })
    reply.type('text/html; charset=utf-8')
    const html = builtPage()
    if (html === undefined) {
      reply.code(503)
      return NOT_BUILT
    }
    return toldPage(html, await tell(request, reply), clientScript)
  }

  const anybody = { config: { scope: 'anybody' } } as const
  app.register(async (scope) => {
    await scope.register(fastifyCookie)
    await scope.register(fastifyStatic, { root: distDir, serve: false, preCompressed: true })
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers({ 'x-content-type-options': 'nosniff', vary: 'accept-encoding' })
    })
    scope.get('/sidebar', anybody, (request, reply) => {
      const at = request.url.indexOf('?')
      return reply.redirect(`/sidebar/${at < 0 ? '' : request.url.slice(at)}`)
    })
    scope.get<{ Params: { file: string } }>('/sidebar/assets/:file', anybody, (request, reply) => {
      const { file } = request.params
      // An asset of a former build is gone: the page itself would be the wrong answer.
      if (!existsSync(join(distDir, 'assets', file))) return reply.callNotFound()
      return reply.sendFile(`assets/${file}`, distDir, { maxAge: YEAR_SEC * 1000, immutable: true })
    })
    scope.get('/sidebar/*', { ...anybody, onSend: gzipAnswer }, page)
  })
}
