import Fastify from 'fastify'

/** The limit program: the same questions, answered with one constant by a handler that looks at nothing. */
const app = Fastify()
app.get('/api/sidebar/customers/:id/version', async () => ({ version: 'abcdefghijklmnop' }))
process.stdout.write(`listening ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
process.on('SIGTERM', () => process.exit(0))
