import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sidebarFiles } from './static.ts'
import type { Told } from './told-page.ts'

let distDir: string
let app: FastifyInstance
let told: Told
beforeEach(async () => {
  distDir = join(mkdtempSync(join(tmpdir(), 'huoshui-dist-')), 'dist')
  app = Fastify()
  told = { answers: { me: { name: '林夏' } } }
  sidebarFiles(app, { distDir, frameOrigin: 'http://127.0.0.1:3100', tell: async () => told })
})
afterEach(async () => {
  await app.close()
  rmSync(join(distDir, '..'), { recursive: true, force: true })
})

const CLIENT = '<script src="http://127.0.0.1:3100/_sandbox/client.js"></script>'
const PAGE = `<title>活水</title><script>huoshuiTold={"answers":{"me":{"name":"林夏"}}}</script>${CLIENT}`

function build(): void {
  mkdirSync(join(distDir, 'assets'), { recursive: true })
  writeFileSync(join(distDir, 'index.html'), '<title>活水</title><!--told--><!--client-->')
  writeFileSync(join(distDir, 'assets', 'index-abc.js'), 'export {}')
}

test('an unbuilt sidebar says in Chinese what to run, and is there after the build without a restart', async () => {
  const before = await app.inject('/sidebar/')
  expect(before.statusCode).toBe(503)
  expect(before.body).toContain('npm run build')
  build()
  const after = await app.inject('/sidebar/')
  expect([after.statusCode, after.body]).toEqual([200, PAGE])
})

test('every page of the sidebar is the one page; it is never kept and may stand in WeCom and the sandbox only', async () => {
  build()
  for (const url of ['/sidebar/', '/sidebar/?guide=zhangsan', '/sidebar/orders']) {
    const answer = await app.inject(url)
    expect(answer.body).toBe(PAGE)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['content-security-policy']).toContain(
      "frame-ancestors 'self' https://*.weixin.qq.com https://*.work.weixin.qq.com http://127.0.0.1:3100;",
    )
  }
})

test.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  [undefined, undefined],
])('to whoever takes %s files go in the form that the build left: %s', async (takes, expected) => {
  build()
  const forms = { br: brotliCompressSync('export {}'), gz: gzipSync('export {}') }
  for (const [ending, content] of Object.entries(forms)) {
    writeFileSync(join(distDir, 'assets', `index-abc.js.${ending}`), content)
  }
  const headers = takes === undefined ? {} : { 'accept-encoding': takes }
  const answer = await app.inject({ url: '/sidebar/assets/index-abc.js', headers })
  expect(answer.headers['content-encoding']).toBe(expected)
  expect(answer.headers['content-type']).toContain('javascript')
  expect(answer.headers.vary).toBe('accept-encoding')
  expect(answer.headers['cache-control']).toContain('immutable')
  const unpack = { br: brotliDecompressSync, gzip: gunzipSync, none: (body: Buffer) => body }[expected ?? 'none']
  expect(unpack?.(answer.rawPayload).toString()).toBe('export {}')
  // What has no such form goes as it is.
  expect((await app.inject({ url: '/sidebar/', headers })).body).toBe(PAGE)
})

test('a name cannot end the script that tells it, and a long page is packed', async () => {
  build()
  const name = `</script><script>alert(1)</script><!--$&${'长'.repeat(1_500)}`
  told = { answers: { me: { name } } }
  const answer = await app.inject({ url: '/sidebar/', headers: { 'accept-encoding': 'gzip' } })
  expect(answer.headers['content-encoding']).toBe('gzip')
  const html = gunzipSync(answer.rawPayload).toString()
  expect(html.match(/<script/g)).toHaveLength(2)
  const [, text = ''] = /huoshuiTold=(.*)<\/script><script src/.exec(html) ?? []
  expect(JSON.parse(text)).toEqual(told)
})

test('outside the sandbox no other origin’s script is in the page', async () => {
  const real = Fastify()
  sidebarFiles(real, { distDir, frameOrigin: undefined, tell: async () => told })
  build()
  const answer = await real.inject('/sidebar/')
  expect(answer.body.match(/<script[^>]*>/g)).toEqual(['<script>'])
  expect(answer.headers['content-security-policy']).not.toContain('3100')
  await real.close()
})

test('files with a hash are kept for ever; one of a former build is 404, not the page', async () => {
  build()
  const kept = await app.inject('/sidebar/assets/index-abc.js')
  expect(kept.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(kept.headers['content-type']).toContain('javascript')
  expect((await app.inject('/sidebar/assets/index-old.js')).statusCode).toBe(404)
})

test.each([
  '/sidebar/assets/..%2f..%2fpackage.json',
  '/sidebar/assets/%2e%2e%2findex.html',
  '/sidebar/..%2f..%2fetc/passwd',
])('nothing outside the built files is served: %s', async (url) => {
  build()
  writeFileSync(join(distDir, '..', 'package.json'), '{"secret":1}')
  const answer = await app.inject(url)
  expect(answer.body).not.toContain('secret')
  expect(answer.body).not.toContain('root:')
})

test('the address without a slash leads to the page', async () => {
  const answer = await app.inject('/sidebar?guide=zhangsan')
  expect([answer.statusCode, answer.headers.location]).toEqual([302, '/sidebar/?guide=zhangsan'])
})
