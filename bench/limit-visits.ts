import { createHmac } from 'node:crypto'
import Fastify from 'fastify'
import { credentials } from '../sandbox/credentials.ts'

/** The limit program: a Fastify handler that only verifies the signature, parses the body, counts, and forgets. */
const app = Fastify({ bodyLimit: 512 * 1024 })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post<{ Body: Buffer }>('/api/visits', async (request, reply) => {
  const timestamp = String(request.headers['x-huoshui-timestamp'])
  const hmac = createHmac('sha256', credentials.ordersSecret).update(`${timestamp}.POST./api/visits.`)
  if (`v2=${hmac.update(request.body).digest('hex')}` !== request.headers['x-huoshui-signature'])
    return reply.code(401).send()
  const { visits } = JSON.parse(request.body.toString('utf8')) as { visits: unknown[] }
  return { stored: visits.length }
})
process.stdout.write(`listening ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
process.on('SIGTERM', () => process.exit(0))
