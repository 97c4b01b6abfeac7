import { connect } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

/** What comes back for these bytes, until the server closes or `forMs` have passed; and after how long it closed. */
function send(bytes: string, forMs: number): Promise<{ answer: string; closedAfterMs: number | undefined }> {
  const { hostname, port } = new URL(t.url)
  return new Promise((resolve) => {
    const startedAt = performance.now()
    const socket = connect({ host: hostname, port: Number(port) }, () => void socket.write(bytes))
    let answer = ''
    const end = (closedAfterMs: number | undefined): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ answer, closedAfterMs })
    }
    const timer = setTimeout(() => end(undefined), forMs)
    socket.on('data', (chunk) => {
      answer += String(chunk)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => end(performance.now() - startedAt))
  })
}
it.each([
  ['one request', 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', '200'],
  ['HTTP/1.0', 'GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n', '200'],
  ['two Host lines', 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', '400'],
  ['two equal Host lines', 'GET /healthz HTTP/1.1\r\nHost: a\r\nhost: a\r\nConnection: close\r\n\r\n', '400'],
  ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
  ['HTTP/0.9', 'GET /healthz\r\n\r\n', '505'],
  ['HTTP/2.0 in the line', 'GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n', '505'],
])('%s', async (_what, bytes, expected) => {
  const { answer } = await send(bytes, 1_000)
  expect(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]).toBe(expected)
})

it('who sends nothing, half a head or half a body is cut off after fifteen seconds', async () => {
  const { requestTimeout, headersTimeout } = t.huoshui.app.server
  expect([requestTimeout, headersTimeout]).toEqual([15_000, 10_000])
  const head = 'POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n'
  // However long this takes on a machine that stands still now and then: it is the server that ends it, and not at once.
  const closed = await Promise.all(['', head, `${head}\r\n{`].map((bytes) => send(bytes, 120_000)))
  for (const { closedAfterMs } of closed) expect(closedAfterMs).toBeGreaterThan(5_000)
})
