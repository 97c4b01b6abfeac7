import { createHmac } from 'node:crypto'
import Fastify from 'fastify'
import { credentials } from '../sandbox/credentials.ts'

/** The limit program: a Fastify handler that only verifies the signature, parses the body, and forgets. argv: its path. */
const [path = ''] = process.argv.slice(2)
const app = Fastify({ bodyLimit: 512 * 1024 })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post<{ Body: Buffer }>(path, async (request, reply) => {
  const timestamp = String(request.headers['x-huoshui-timestamp'])
  const hmac = createHmac('sha256', credentials.ordersSecret).update(`${timestamp}.POST.${path}.`)
  if (`v2=${hmac.update(request.body).digest('hex')}` !== request.headers['x-huoshui-signature'])
    return reply.code(401).send()
  return { fields: Object.keys(JSON.parse(request.body.toString('utf8')) as object).length }
})
process.stdout.write(`listening ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
process.on('SIGTERM', () => process.exit(0))
