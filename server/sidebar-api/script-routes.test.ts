import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import type { LibraryScript } from '../rules/book/rule-book.ts'
import type { Access } from './access.ts'
import { type ScriptRouteDeps, scriptRoutes } from './script-routes.ts'

const attachments = [{ image: 'a.png' }, { video: 'a.mp4' }, { file: 'a.pdf' }]
const script = { value: { attachments } } as LibraryScript

test.each(['picture?asset=a.png', 'file?asset=a.mp4', 'file?asset=a.pdf'])(
  '%s is looked for once the transaction is over: with one connection nobody waits for a disk',
  async (what) => {
    let isInside = false
    const seen: [string, boolean][] = []
    const access = {
      asPerson: async (_request: unknown, work: () => Promise<unknown>) => {
        isInside = true
        try {
          return await work()
        } finally {
          isInside = false
        }
      },
    } as unknown as Access
    const deps = {
      access,
      media: {
        placeOf: async (asset: string) => {
          seen.push([asset, isInside])
          return { file: import.meta.filename, bytes: 6 }
        },
      },
      rules: { current: () => ({ scripts: new Map([['a', script]]) }) },
    } as unknown as ScriptRouteDeps
    const app = fastify()
    scriptRoutes(app, deps)
    const answer = await app.inject(`/scripts/${what}`)
    expect([answer.statusCode, answer.body, seen]).toEqual([200, 'import', [[what.split('=')[1], false]]])
    await app.close()
  },
)
