import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '../core/db/sql.ts'
import { openBrowser } from './testing/sidebar-browser.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
beforeAll(async () => {
  scene = await openSidebarScene()
})
afterAll(() => scene.close())

test('without a session every route but boot and login answers 401', async () => {
  const browser = openBrowser(scene.url)
  const id = scene.externalUserId
  expect((await browser.get('boot')).status).toBe(200)
  for (const path of [
    'me',
    'tags',
    'scripts/tree',
    'scripts/search?q=a',
    'scripts/of?domain=a&situation=b',
    `jssdk-signature?kind=corp&url=${encodeURIComponent(`${scene.url}/sidebar/`)}`,
    ...['', '/orders', '/timeline', '/tasks', '/proposals'].map((rest) => `customers/${id}${rest}`),
  ]) {
    expect([path, (await browser.get(path)).status]).toEqual([path, 401])
  }
  for (const [path, body] of [
    ['tags', { add: [], remove: [] }],
    ['remark', { remark: 'x', saw: [''] }],
    ['tasks/1/done', {}],
    ['sent', { key: 'a-key-0001' }],
  ] as const) {
    expect([path, (await browser.post(`customers/${id}/${path}`, body)).status]).toEqual([path, 401])
  }
})

test('boot tells which corp and nothing secret', async () => {
  const { body } = await openBrowser(scene.url).get('boot')
  expect(body).toEqual({
    corpId: scene.sandbox.credentials.corpId,
    agentId: scene.sandbox.credentials.agentId,
    platform: 'sandbox',
  })
})

test('login goes over WeCom’s authorize page and back to where it began', async () => {
  const browser = openBrowser(scene.url)
  expect(await browser.login('zhangsan', '/sidebar/?guide=zhangsan')).toBe('/sidebar/?guide=zhangsan')
  expect((await browser.get('me')).body).toEqual({
    userId: 'zhangsan',
    name: '张三',
    session: expect.stringMatching(/^[\w-]{12}$/),
  })
  expect(browser.visited[1]).toContain(`${scene.sandbox.url}/connect/oauth2/authorize?`)
})

test('the session cookie is HttpOnly and Lax, and for the page as well', async () => {
  const browser = openBrowser(scene.url)
  const login = await browser.go(`${scene.url}/api/sidebar/login?guide=zhangsan`)
  const authorized = await browser.go(login.headers.get('location') ?? '')
  const back = await browser.go(authorized.headers.get('location') ?? '')
  // That of an earlier version, for the API alone, is taken back.
  const [former, cookie] = back.headers.getSetCookie().filter((line) => line.startsWith('huoshui_session='))
  expect(former).toContain('Max-Age=0; Path=/api/sidebar')
  expect(cookie).toMatch(/; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/)
})

test('behind https the cookie is Secure', async () => {
  const secure = await openSidebarScene({ env: { PUBLIC_URL: 'https://scrm.example.com' } })
  const answer = await fetch(`${secure.url}/api/sidebar/login`, { redirect: 'manual' })
  await secure.close()
  expect(answer.headers.get('set-cookie')).toContain('; Secure')
  const target = new URL(answer.headers.get('location') ?? '')
  expect(target.searchParams.get('redirect_uri')).toBe('https://scrm.example.com/api/sidebar/oauth')
})

test.each([
  'https://evil.example/',
  '//evil.example/sidebar/',
  '/\\evil.example/sidebar/',
  '/sidebar/../../evil',
  '/api/sidebar/me',
  'javascript:alert(1)',
  '/sidebar',
])('login does not lead on to %s', async (back) => {
  const answer = await fetch(`${scene.url}/api/sidebar/login?${new URLSearchParams({ back })}`, { redirect: 'manual' })
  expect(answer.status).toBe(400)
  expect(answer.headers.get('location')).toBeNull()
})

test('a code without the state of this browser logs nobody in', async () => {
  const victim = openBrowser(scene.url)
  const attacker = openBrowser(scene.url)
  const login = await attacker.go(`${scene.url}/api/sidebar/login?guide=lisi`)
  const authorized = await attacker.go(login.headers.get('location') ?? '')
  // The attacker's own link, opened by the victim.
  const path = (authorized.headers.get('location') ?? '').replace(scene.url, '')
  await victim.go(`${scene.url}/api/sidebar/login?guide=zhangsan`)
  expect(await victim.follow(path)).toBe('/sidebar/?login=failed')
  expect((await victim.get('me')).status).toBe(401)
})

test('a used code is told as a failed login, not as an error page', async () => {
  const browser = openBrowser(scene.url)
  const login = await browser.go(`${scene.url}/api/sidebar/login?guide=zhangsan`)
  const location = (await browser.go(login.headers.get('location') ?? '')).headers.get('location') ?? ''
  const stolen = new URL(location).searchParams.get('code') ?? ''
  await browser.go(location)
  const again = openBrowser(scene.url)
  const login2 = await again.go(`${scene.url}/api/sidebar/login?guide=zhangsan`)
  const state = new URL(login2.headers.get('location') ?? '').searchParams.get('state') ?? ''
  expect(await again.follow(`/api/sidebar/oauth?code=${stolen}&state=${state}`)).toBe('/sidebar/?login=failed')
  expect((await again.get('me')).status).toBe(401)
})

test('a forged or altered session is no session', async () => {
  const browser = await scene.as('zhangsan')
  const token = browser.cookies.get('huoshui_session') ?? ''
  const [, signature] = token.split('.')
  const forged = Buffer.from(JSON.stringify({ userId: 'lisi', until: 9e15 })).toString('base64url')
  for (const bad of [`${forged}.${signature}`, forged, `${forged}.`, `${token}x`, 'x.y', '']) {
    browser.cookies.set('huoshui_session', bad)
    expect([bad, (await browser.get('me')).status]).toEqual([bad, 401])
  }
  browser.cookies.set('huoshui_session', token)
  expect((await browser.get('me')).status).toBe(200)
})

test('the token of a login under way is not taken for a session', async () => {
  const browser = openBrowser(scene.url)
  await browser.go(`${scene.url}/api/sidebar/login?guide=zhangsan`)
  browser.cookies.set('huoshui_session', browser.cookies.get('huoshui_login') ?? '')
  expect((await browser.get('me')).status).toBe(401)
})

test('a session ends after twelve hours, and at once when the member has left', async () => {
  const own = await openSidebarScene()
  const zhangsan = await own.as('zhangsan')
  const lisi = await own.as('lisi')
  await own.sandbox.removeStaff({ userId: 'lisi' })
  await own.settle()
  expect((await lisi.get('me')).status).toBe(401)
  for (const ms of [4, 4, 4].map((hours, turn) => hours * 3_600_000 - (turn === 2 ? 1 : 0))) {
    own.clock.advance(ms)
    expect((await zhangsan.get('me')).status).toBe(200)
  }
  own.clock.advance(1)
  expect((await zhangsan.get('me')).status).toBe(401)
  await own.close()
})

test('a member whom Huoshui does not know as staff is refused, and told', async () => {
  const browser = openBrowser(scene.url)
  await scene.huoshui.db.tx((tx) => tx.run(raw(`UPDATE staff SET state = 'left' WHERE userid = 'lisi'`)))
  expect(await browser.login('lisi')).toBe('/sidebar/?login=not-staff')
  await scene.huoshui.db.tx((tx) => tx.run(raw(`UPDATE staff SET state = 'active' WHERE userid = 'lisi'`)))
})

test('signatures are for our own page only', async () => {
  const browser = await scene.as('zhangsan')
  const sign = (url: string) => browser.get(`jssdk-signature?kind=agent&url=${encodeURIComponent(url)}`)
  const own = await sign(`${scene.url}/sidebar/?guide=zhangsan`)
  expect(own.body).toEqual({
    timestamp: expect.any(Number),
    nonceStr: expect.any(String),
    signature: expect.stringMatching(/^[0-9a-f]{40}$/),
  })
  expect((await sign('https://evil.example/sidebar/')).status).toBe(400)
})
