import { decrypt, getSignature } from '@wecom/crypto'
import { XMLParser } from 'fast-xml-parser'
import Fastify from 'fastify'
import { credentials } from '../sandbox/credentials.ts'

/** The limit program: a Fastify handler that only reads the body, verifies and decrypts, and forgets the event. */
const app = Fastify()
const parser = new XMLParser({ processEntities: false })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
app.post<{ Querystring: { msg_signature: string; timestamp: string; nonce: string }; Body: string }>(
  '/wecom/callback',
  async (request, reply) => {
    const { msg_signature: signature, timestamp, nonce } = request.query
    const sealed = String(parser.parse(request.body).xml.Encrypt)
    if (getSignature(credentials.callbackToken, timestamp, nonce, sealed) !== signature) return reply.code(403).send()
    decrypt(credentials.aesKey, sealed)
    return reply.type('text/plain').send('success')
  },
)
process.stdout.write(`listening ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
process.on('SIGTERM', () => process.exit(0))
