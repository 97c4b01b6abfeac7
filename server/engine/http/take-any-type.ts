import type { FastifyInstance } from 'fastify'

/** Bodies as they came, whatever type the sender or a proxy in between claims, even one that is none: who sent them is
 *  known by a signature over them. */
export function takeAnyType(scope: FastifyInstance, form: { parseAs: 'string' | 'buffer'; bodyLimit?: number }): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', form, (_request, body, done) => done(null, body))
  // Fastify answers 415 to a malformed type before it looks for a parser.
  scope.addHook('onRequest', (request, _reply, done) => {
    delete request.raw.headers['content-type']
    done()
  })
}
