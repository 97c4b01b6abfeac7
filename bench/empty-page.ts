import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'

/** A page that shows one word when a script of so many bytes is there: the least that a page of this size can take. */
export async function serveEmptyPage(bytes: number) {
  const padding = randomBytes(Math.ceil((bytes * 3) / 4))
    .toString('base64')
    .slice(0, bytes)
  const script = `document.body.innerHTML = '<h1 class="name">空页</h1>'\n//${padding}`
  const app = Fastify()
  app.get('/base.css', async (_, reply) => reply.type('text/css').send(''))
  app.get('/', async (_, reply) =>
    reply
      .header('cache-control', 'no-cache')
      .type('text/html')
      .send('<!doctype html><meta charset="utf-8"><body><script src="/empty.js"></script>'),
  )
  app.get('/empty.js', async (_, reply) =>
    reply.header('cache-control', 'max-age=31536000, immutable').type('text/javascript').send(script),
  )
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    close: async () => {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}
