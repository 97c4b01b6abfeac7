import { afterEach, describe, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { openBrowser } from '../../sidebar-api/testing/sidebar-browser.ts'
import { buildTestApp, type TestApp, type TestAppOptions } from '../../testing/build-test-app.ts'

let t: TestApp
afterEach(() => t.close())

/** A guide who is logged in, on a server behind one proxy, so that each caller has an address. */
async function open(env: Record<string, string> = {}, options: TestAppOptions = {}) {
  t = await buildTestApp({ ...options, env: { PROXY_HOPS: '1', ...env } })
  await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  const guide = openBrowser(t.url)
  const login = await guide.go(`${t.url}/api/sidebar/login?guide=zhangsan`)
  const authorized = await guide.go(login.headers.get('location') ?? '')
  const { pathname, search } = new URL(authorized.headers.get('location') ?? '')
  await guide.go(`${t.url}${pathname}${search}`)
  expect((await guide.get('me')).status).toBe(200)
  return guide
}
const from = (address: string) => ({ 'x-forwarded-for': address })
const statuses = async (asked: Promise<Response>[]): Promise<Map<number, number>> => {
  const count = new Map<number, number>()
  for (const { status } of await Promise.all(asked)) count.set(status, (count.get(status) ?? 0) + 1)
  return count
}

it('who asks without end waits for a 429, whatever it is; other addresses, guides and WeCom do not', async () => {
  const guide = await open({ REQUESTS_PER_ADDRESS: '1' })
  for (const [number, path] of ['/metrics', '/readyz', '/doctor', '/no-such-page', '/sidebar/'].entries()) {
    const flooding = from(`203.0.113.${number}`)
    const beganAt = performance.now()
    const flood = await statuses(Array.from({ length: 60 }, () => fetch(`${t.url}${path}`, { headers: flooding })))
    // Six at once, and one for each second since.
    expect(flood.get(429)).toBeGreaterThan(20)
    expect(flood.get(429)).toBeLessThanOrEqual(54)
    expect(performance.now() - beganAt).toBeGreaterThan(900)
    expect((await fetch(`${t.url}${path}`, { headers: from(`198.51.100.${number}`) })).status).not.toBe(429)
    expect((await guide.get('me')).status).toBe(200)
    expect((await fetch(`${t.url}/healthz`, { headers: flooding })).status).toBe(200)
  }
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  expect(await t.rawRows('SELECT 1 AS one FROM customer WHERE external_userid = ?', [externalUserId])).toHaveLength(1)
}, 240_000)

it('who asks without end whether we live, or calls back with what is refused, is answered ever later; WeCom is not', async () => {
  t = await buildTestApp({ env: { REQUESTS_PER_ADDRESS: '1' } })
  for (const [path, method, status] of [
    ['/healthz', 'GET', 200],
    ['/wecom/callback', 'GET', 400],
    ['/wecom/callback', 'POST', 400],
  ] as const) {
    const beganAt = performance.now()
    let isOver = false
    const flood = Array.from({ length: 40 }, async () => {
      const { status } = await fetch(`${t.url}${path}`, { method })
      return { status, afterMs: performance.now() - beganAt }
    })
    const ended = Promise.all(flood).finally(() => {
      isOver = true
    })
    // From the same address, as behind a proxy that is not named.
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.sandbox.settle()
    expect(isOver).toBe(false)
    const answers = await ended
    expect(new Set(answers.map((one) => one.status))).toEqual(new Set([status]))
    expect(answers.filter(({ afterMs }) => afterMs > 900).length).toBeGreaterThan(20)
    await t.settle()
    expect(await t.rawRows('SELECT 1 AS one FROM customer WHERE external_userid = ?', [externalUserId])).toHaveLength(1)
  }
})

it('one guide asks no more than a person can, and no other guide pays for it', async () => {
  const guide = await open({ REQUESTS_PER_GUIDE: '1' })
  const answers = await Promise.all(Array.from({ length: 40 }, () => guide.get<{ code: string }>('me')))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(15)
  expect(refused[0]?.body.code).toBe('http.too-many')
  const other = openBrowser(t.url)
  await other.login('lisi')
  expect((await other.get('me')).status).toBe(200)
  const numbers = await (await fetch(`${t.url}/metrics`, { headers: from('203.0.113.9') })).text()
  expect(numbers).toMatch(/huoshui_requests_held_back_total\{who="guide"\} \d/)
})

describe('logins that are begun only to be ended', () => {
  const calls = () => t.sandbox.calls('auth/getuserinfo').length

  it('cost WeCom few calls, and those of people go on', async () => {
    await open()
    const before = calls()
    const beganAt = performance.now()
    await Promise.all(
      Array.from({ length: 300 }, async (_one, number) => {
        const headers = from(`203.0.113.${number % 200}`)
        const login = await fetch(`${t.url}/api/sidebar/login`, { redirect: 'manual', headers })
        const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
        const state = new URL(login.headers.get('location') ?? '').searchParams.get('state') ?? ''
        const query = new URLSearchParams({ code: `invented-${number}`, state })
        await fetch(`${t.url}/api/sidebar/oauth?${query}`, { redirect: 'manual', headers: { ...headers, cookie } })
      }),
    )
    // A hundred at once and ten a second.
    expect(calls() - before).toBeLessThanOrEqual(101 + (performance.now() - beganAt) / 100)
    // A person looks at WeCom's page for longer than a program.
    const person = openBrowser(t.url)
    const login = await person.go(`${t.url}/api/sidebar/login?guide=lisi`)
    const authorized = await person.go(login.headers.get('location') ?? '')
    t.clock.advance(1_000)
    await person.go(authorized.headers.get('location') ?? '')
    expect((await person.get('me')).status).toBe(200)
  })

  it('ask WeCom once each', async () => {
    await open()
    const login = await fetch(`${t.url}/api/sidebar/login`, { redirect: 'manual' })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    const state = new URL(login.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const before = calls()
    const ask = (code: string) =>
      fetch(`${t.url}/api/sidebar/oauth?${new URLSearchParams({ code, state })}`, {
        redirect: 'manual',
        headers: { cookie },
      })
    expect(await statuses(['a', 'b', 'c'].map(ask))).toEqual(
      new Map([
        [302, 1],
        [429, 2],
      ]),
    )
    expect(calls() - before).toBe(1)
  })
})

it.each(['disabled', 'inactive', 'left'])(
  'a guide who is %s sees nobody from then on and cannot come back',
  async (state) => {
    const guide = await open()
    await t.db.tx((tx) => tx.run(raw('UPDATE staff SET state = ? WHERE userid = ?', [state, 'zhangsan'])))
    expect((await guide.get('me')).status).toBe(401)
    expect(await openBrowser(t.url).login('zhangsan')).toBe('/sidebar/?login=not-staff')
  },
)

it('a member who is no guide any more sees nobody either', async () => {
  const guide = await open()
  await t.db.tx((tx) => tx.run(raw("UPDATE staff SET is_guide = 0 WHERE userid = 'zhangsan'")))
  expect((await guide.get('me')).status).toBe(401)
})

it('says of every answer what it is, and insists on https where PUBLIC_URL has it', async () => {
  await open({ PUBLIC_URL: 'https://scrm.example.com' })
  for (const path of ['/api/sidebar/boot', '/healthz', '/sidebar/', '/nothing', '/wecom/callback']) {
    const { headers } = await fetch(`${t.url}${path}`)
    expect([path, headers.get('x-content-type-options'), headers.get('strict-transport-security')]).toEqual([
      path,
      'nosniff',
      'max-age=31536000',
    ])
  }
  const login = await fetch(`${t.url}/api/sidebar/login?guide=zhangsan`, { redirect: 'manual' })
  // For this host alone, whatever stands below the same domain.
  expect(login.headers.get('set-cookie')).toMatch(/^__Host-huoshui_login=[^;]+;.*Path=\/;.*HttpOnly;.*Secure/)
  const page = await fetch(`${t.url}/sidebar/`)
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
})

it('signs for its own page only, whatever Host claims', async () => {
  const guide = await open({ PUBLIC_URL: 'http://scrm.example.com' })
  const ask = (url: string) =>
    guide.go(`${t.url}/api/sidebar/jssdk-signature?${new URLSearchParams({ kind: 'corp', url })}`, {
      headers: { 'x-forwarded-host': 'evil.example' },
    })
  expect((await ask('http://evil.example/')).status).toBe(400)
  expect((await ask('http://scrm.example.com/sidebar/')).status).toBe(200)
})

it('shows its numbers to whoever has the key, where there is one', async () => {
  await open({ METRICS_KEY: 'a-key-for-prometheus' })
  const ask = async (authorization?: string) =>
    (await fetch(`${t.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } })).status
  expect([await ask(), await ask('Bearer wrong'), await ask('Bearer a-key-for-prometheus')]).toEqual([401, 401, 200])
})

it('works out its numbers and its troubles once a second, however often strangers ask', async () => {
  await open()
  const ask = async (path: string) => (await fetch(`${t.url}${path}`)).text()
  const before = [await ask('/metrics'), await ask('/readyz')]
  await t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key: 'clock.off', text: '时钟不对', todo: '校准' }))
  t.clock.advance(999)
  expect([await ask('/metrics'), await ask('/readyz')]).toEqual(before)
  t.clock.advance(1)
  expect(await ask('/metrics')).not.toBe(before[0])
  expect(JSON.parse(await ask('/readyz'))).toEqual({ status: 'degraded', why: ['clock.off'] })
})

it('who posts orders without our key is answered ever later, and nobody else', async () => {
  await open()
  const post = (address: string) => fetch(`${t.url}/api/orders`, { method: 'POST', body: '{}', headers: from(address) })
  const [flooding, other] = ['203.0.113.9', '198.51.100.9']
  expect(await statuses(Array.from({ length: 300 }, () => post(flooding)))).toEqual(new Map([[401, 300]]))
  const slowest = async (address: string): Promise<number> => {
    const beganAt = performance.now()
    await Promise.all(Array.from({ length: 60 }, () => post(address)))
    return performance.now() - beganAt
  }
  // At the same time, so that a slow machine is slow for both.
  const [held, free] = await Promise.all([slowest(flooding), slowest(other)])
  expect(held - free).toBeGreaterThan(500)
})
