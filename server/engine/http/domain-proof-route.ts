import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'

const NAME = /^WW_verify_[0-9A-Za-z]{1,64}\.txt$/

/** GET /WW_verify_….txt: the file that proves the domain to WeCom (可信域名), as put into the config folder. */
export function domainProofRoute(configDir: string): (app: FastifyInstance) => void {
  return (app) => {
    app.get<{ Params: { file: string } }>('/:file', { config: { scope: 'anybody' } }, async (request, reply) => {
      const { file } = request.params
      if (!NAME.test(file)) return reply.callNotFound()
      const content = await readFile(join(configDir, file), 'utf8').catch(() => undefined)
      return content === undefined ? reply.callNotFound() : reply.type('text/plain').send(content)
    })
  }
}
