import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import Fastify from 'fastify'
import type { OAuthCodes } from '../api/oauth-codes.ts'
import type { Desk } from '../desk.ts'
import type { Gateway } from '../gateway.ts'
import type { OwnControls } from '../own-controls.ts'
import type { Controls } from '../people/controls.ts'
import { DeskError } from '../refusal.ts'
import type { ShopDoubles } from '../shops/shops.ts'
import { authorize } from './authorize.ts'
import { clientScript } from './client-script.ts'
import { controlRoutes } from './control-routes.ts'
import { pageState } from './page-state.ts'
import { avatarSvg, dishSvg } from './pictures.ts'
import { createQrCodes } from './qr-codes.ts'

const PAGE_DIR = fileURLToPath(new URL('../page/', import.meta.url))
const VUE_DIR = fileURLToPath(new URL('../../node_modules/vue/dist/', import.meta.url))
/** Largest upload is 20 MB (docs 90253). */
const BODY_LIMIT = 25 * 1024 * 1024
const PUSH_EVERY_MS = 120

const flat = (query: unknown): Record<string, string> => {
  const out: Record<string, string> = {}
  for (const [key, value] of Object.entries(query ?? {}))
    out[key] = Array.isArray(value) ? String(value[0]) : String(value)
  return out
}
const cookieOf = (header: string | undefined, name: string): string | undefined =>
  header
    ?.split(';')
    .map((part) => part.trim().split('='))
    .find(([key]) => key === name)?.[1]

/** The platform's paths, the controls under `/_sandbox/`, and the page. */
export function createServer(options: {
  desk: Desk
  gateway: Gateway
  codes: OAuthCodes
  controls: Controls
  own: OwnControls
  connect: (appUrl: string) => void
  watchers: Set<() => void>
  shops: ShopDoubles
}) {
  const { desk, gateway, codes, controls, own, connect, watchers, shops } = options
  const { world } = desk
  const qrCodes = createQrCodes(desk)
  const app = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true, logger: false, exposeHeadRoutes: false })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  // Huoshui measures its own clock by the platform's.
  app.addHook('onSend', async (_request, reply) => {
    reply.header('date', new Date(desk.signedAt.now()).toUTCString())
  })

  app.all('/cgi-bin/*', async (request, reply) => {
    const answer = await gateway.handle({
      method: request.method,
      path: request.url.split('?', 1)[0] ?? '',
      query: flat(request.query),
      body: Buffer.isBuffer(request.body) ? request.body : undefined,
      contentType: request.headers['content-type'] ?? '',
    })
    if (answer.cut) {
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    }
    if (answer.filename !== undefined) {
      reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(answer.filename)}`)
    }
    return reply.code(answer.status).type(answer.contentType).send(answer.body)
  })

  app.all<{ Params: { kind: string; '*': string } }>('/shops/:kind/*', async (request, reply) => {
    const answer = shops.handle(request.params.kind, {
      method: request.method,
      path: `/${request.params['*']}`,
      query: flat(request.query),
      headers: flat(request.headers),
      body: Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '',
    })
    if (answer === undefined) return reply.code(404).send()
    return reply.code(answer.status).type(answer.contentType).send(answer.body)
  })

  app.get('/connect/oauth2/authorize', async (request, reply) => {
    const query = flat(request.query)
    const cookie = (name: string): string | undefined => {
      const value = cookieOf(request.headers.cookie, name)
      return value === undefined ? undefined : decodeURIComponent(value)
    }
    const answer = authorize(desk, codes, query, {
      guide: cookie('sandbox_guide'),
      customer: query.sandbox_customer ?? cookie('sandbox_customer'),
    })
    if ('redirect' in answer) return reply.redirect(answer.redirect)
    return reply.code(answer.status).type('text/html; charset=utf-8').send(answer.html)
  })

  const routes = controlRoutes(controls, own, connect)
  app.post<{ Params: { name: string } }>('/_sandbox/:name', async (request, reply) => {
    const route = routes.get(request.params.name)
    if (!route) return reply.code(404).send({ ok: false, message: `没有这个操作：${request.params.name}` })
    const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body.toString('utf8') : '{}'
    try {
      // Inputs are the desk's own page and test scripts: typed by the control functions, not checked again here.
      const result = await route(JSON.parse(body) as never)
      return reply.send({ ok: true, result: result ?? null })
    } catch (error) {
      if (!(error instanceof DeskError)) throw error
      return reply.code(409).send({ ok: false, message: error.message })
    }
  })

  app.get('/_sandbox/state', async (request) => pageState(desk, controls, qrCodes, flat(request.query)))

  app.get('/_sandbox/app-health', async () => {
    const appUrl = desk.appUrl()
    if (appUrl === undefined) return { reachable: false }
    try {
      const answer = await fetch(`${appUrl}/readyz`, { signal: AbortSignal.timeout(2_000) })
      return { reachable: answer.status < 500, status: answer.status }
    } catch {
      return { reachable: false }
    }
  })

  app.get('/_sandbox/events', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write('data: hello\n\n')
    let timer: NodeJS.Timeout | undefined
    const watcher = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        reply.raw.write('data: changed\n\n')
      }, PUSH_EVERY_MS)
    }
    watchers.add(watcher)
    request.raw.on('close', () => {
      clearTimeout(timer)
      watchers.delete(watcher)
    })
  })

  app.get<{ Params: { file: string } }>('/_sandbox/avatar/:file', async (request, reply) => {
    const id = request.params.file.replace(/\.svg$/, '')
    const name = world.customers.get(id)?.name ?? world.staff.get(id)?.name ?? '客'
    return reply.type('image/svg+xml').header('cache-control', 'max-age=3600').send(avatarSvg(id, name))
  })

  app.get<{ Params: { category: string } }>('/_sandbox/dish/:category', async (request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'max-age=3600').send(dishSvg(request.params.category)),
  )

  app.get<{ Params: { file: string } }>('/_sandbox/qr/:file', async (request, reply) => {
    const configId = request.params.file.replace(/\.png$/, '')
    return reply
      .type('image/png')
      .header('cache-control', 'max-age=3600')
      .send(await qrCodes.png(configId))
  })

  app.get<{ Params: { id: string } }>('/_sandbox/media/:id', async (request, reply) => {
    const media = world.media.get(request.params.id)
    if (!media) return reply.code(404).send()
    return reply.type(media.contentType).send(media.bytes)
  })

  app.get('/_sandbox/client.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-store').send(clientScript(desk.client)),
  )

  app.register(fastifyStatic, { root: PAGE_DIR, prefix: '/' })
  app.get('/_sandbox/vue.js', (_request, reply) => reply.sendFile('vue.esm-browser.prod.js', VUE_DIR))
  app.setNotFoundHandler((_request, reply) => reply.code(404).send())
  return app
}
