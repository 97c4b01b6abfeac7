import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../kernel/app-error.ts'
import { openOutgoing, queryOf } from './outgoing.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

async function serve(listener: RequestListener): Promise<{ base: string; connections: () => number }> {
  let connections = 0
  const server = createServer(listener).on('connection', () => connections++)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return { base: `http://127.0.0.1:${port}`, connections: () => connections }
}

const outgoing = openOutgoing({ mostBytes: 1_000 })
const get = (url: string, timeoutMs = 5_000) => outgoing.request({ method: 'GET', url, timeoutMs })

describe('a request', () => {
  it('sends method, query, headers and body as they are, and gives any status', async () => {
    const { base } = await serve((request, response) => {
      let body = ''
      request.on('data', (bytes) => {
        body += String(bytes)
      })
      request.on('end', () =>
        response
          .writeHead(418, { 'x-said': 'no' })
          .end([request.method, request.url, request.headers['x-a'], body].join(' ')),
      )
    })
    const answer = await outgoing.request({
      method: 'PUT',
      url: `${base}/a${queryOf({ b: 1, c: '牛 排&' })}`,
      headers: { 'x-a': 'yes' },
      body: '{"d":1}',
      timeoutMs: 5_000,
    })
    expect(answer).toMatchObject({ status: 418, headers: { 'x-said': 'no' } })
    expect(answer.bytes.toString()).toBe('PUT /a?b=1&c=%E7%89%9B+%E6%8E%92%26 yes {"d":1}')
  })

  it('uses its connections again', async () => {
    const { base, connections } = await serve((_request, response) => response.end('ok'))
    for (let n = 0; n < 20; n++) await get(base)
    // One may still be putting its answer down when the next request comes.
    expect(connections()).toBeLessThan(4)
  })

  it('does not follow a redirect: a token must not', async () => {
    const { base } = await serve((request, response) => {
      if (request.url === '/there') response.end('followed')
      else response.writeHead(302, { location: '/there' }).end()
    })
    expect(await get(`${base}/here`)).toMatchObject({ status: 302 })
  })

  it.each([
    ['gzip', gzipSync('{"errcode":0}')],
    ['GZIP', gzipSync('{"errcode":0}')],
    ['x-gzip', gzipSync('{"errcode":0}')],
    ['deflate', deflateSync('{"errcode":0}')],
  ])('reads an answer that was packed without being asked for (%s)', async (encoding, bytes) => {
    const { base } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes),
    )
    expect((await get(base)).bytes.toString()).toBe('{"errcode":0}')
  })

  it.each([
    [204, ''],
    [200, ''],
    [429, ''],
    [503, 'not packed at all'],
  ])('reads the status %i of an answer that calls %j packed', async (status, text) => {
    const { base } = await serve((_request, response) =>
      response.writeHead(status, { 'content-encoding': 'gzip' }).end(text),
    )
    expect(await get(base)).toMatchObject({ status, bytes: Buffer.alloc(0) })
  })

  it('that cannot be sent at all is told as not sent', async () => {
    const asked = outgoing.request({
      method: 'GET',
      url: 'http://127.0.0.1:1/',
      headers: { a: 'b\nc' },
      timeoutMs: 5_000,
    })
    await expect(asked).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG', mayHaveHappened: false })
    await expect(get('no address')).rejects.toMatchObject({ code: 'ERR_INVALID_URL', mayHaveHappened: false })
  })

  it.each<[string, Record<string, string>, Buffer]>([
    ['too long', {}, Buffer.alloc(1_001)],
    ['too long once unpacked', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(100_000))],
  ])('refuses an answer that is %s', async (_name, headers, bytes) => {
    const { base } = await serve((_request, response) => response.writeHead(200, headers).end(bytes))
    await expect(get(base)).rejects.toMatchObject({ code: 'TOO_LARGE', mayHaveHappened: true })
  })

  it('is given up in time, and the next one is answered', async () => {
    const { base } = await serve((request, response) => {
      if (request.url === '/quick') response.end('ok')
    })
    await expect(get(`${base}/slow`, 30)).rejects.toMatchObject({ code: 'ETIMEDOUT', mayHaveHappened: true })
    expect(await get(`${base}/quick`)).toMatchObject({ status: 200 })
  })

  it('that waits for its connection when it is given up is not sent later', async () => {
    const asked: string[] = []
    const { base } = await serve((request, response) => {
      asked.push(request.url ?? '')
      response.end('ok')
    })
    const waiting: (() => void)[] = []
    const slow = openOutgoing({
      mostBytes: 1_000,
      lookup: (_name, options, found) => {
        waiting.push(() =>
          options.all === true ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4),
        )
      },
    })
    const url = base.replace('127.0.0.1', 'shop.example')
    await expect(slow.request({ method: 'GET', url: `${url}/late`, timeoutMs: 30 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    })
    const next = slow.request({ method: 'GET', url: `${url}/next`, timeoutMs: 5_000 })
    for (const found of waiting.splice(0)) found()
    expect(await next).toMatchObject({ status: 200 })
    expect(asked).toEqual(['/next'])
    slow.close()
  })

  it('gives what its resolver throws as it is', async () => {
    const refusal = new AppError('webhook.inner-address', 'inner')
    const refusing = openOutgoing({ mostBytes: 1_000, lookup: (_name, _options, found) => found(refusal, []) })
    const asked = refusing.request({ method: 'GET', url: 'http://shop.example/', timeoutMs: 5_000 })
    await expect(asked).rejects.toBe(refusal)
    refusing.close()
  })
})
