import { expect, it } from 'vitest'
import { createLogger } from '../../core/kernel/logger.ts'
import { buildApp } from './app.ts'

const SAID = '198.51.100.1, 203.0.113.7, 10.0.0.2'

/** Whom a request from there is held to come from, with so many proxies in front of us. */
async function callerOf(remoteAddress: string, proxyHops: number): Promise<string> {
  const app = buildApp({
    log: createLogger({ level: 'silent' }),
    proxyHops,
    routes: [(inner) => void inner.get('/who', { config: { scope: 'watch' } }, async ({ ip }) => ({ ip }))],
  })
  const answer = await app.inject({ url: '/who', remoteAddress, headers: { 'x-forwarded-for': SAID } })
  await app.close()
  return answer.json<{ ip: string }>().ip
}

it.each([
  ['without a proxy nobody is believed', '127.0.0.1', 0, '127.0.0.1'],
  ['one proxy beside us is', '127.0.0.1', 1, '10.0.0.2'],
  ['two are believed twice, and no further', '127.0.0.1', 2, '203.0.113.7'],
  ['who reaches the port past the proxy is not', '192.0.2.9', 1, '192.0.2.9'],
  ['nor with two', '192.0.2.9', 2, '192.0.2.9'],
])('%s', async (_what, remoteAddress, hops, caller) => {
  expect(await callerOf(remoteAddress, hops)).toBe(caller)
})
