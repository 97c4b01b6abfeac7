import { gunzipSync } from 'node:zlib'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { gzipAnswer } from './gzip-answer.ts'

const LONG = { words: '原切西冷'.repeat(600) }

async function ask(path: string, encodings?: string) {
  const app = Fastify()
  app.addHook('onSend', gzipAnswer)
  app.get('/long', async () => LONG)
  app.get('/short', async () => ({ ok: true }))
  const answer = await app.inject({
    url: path,
    headers: encodings === undefined ? {} : { 'accept-encoding': encodings },
  })
  await app.close()
  return answer
}

test('a long answer goes packed, with its own length', async () => {
  const answer = await ask('/long', 'br, gzip')
  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' })
  expect(JSON.parse(gunzipSync(answer.rawPayload).toString())).toEqual(LONG)
  expect(answer.headers['content-length']).toBe(String(answer.rawPayload.length))
})

test.each([
  ['/short', 'gzip'],
  ['/long', undefined],
  ['/long', 'br'],
  ['/long', 'gzip;q=0'],
  ['/long', 'gzip; q=0, br'],
])('%s for whoever takes %s goes as it is', async (path, encodings) => {
  const answer = await ask(path, encodings)
  expect(answer.headers['content-encoding']).toBeUndefined()
  expect(answer.json()).toEqual(path === '/short' ? { ok: true } : LONG)
})
