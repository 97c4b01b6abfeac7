import { afterEach, beforeEach, expect, it } from 'vitest'
import { sessionsProgram } from '../../cli/sessions.ts'
import { raw } from '../../core/db/sql.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { doctorPage } from './doctor-page.ts'
import { createDoctorRuns } from './doctor-runs.ts'
import { RULES } from './testing/open-doctor.ts'

const DOCTOR_KEY = 'a-key-for-the-doctor'
let t: TestApp
let cookie = ''

beforeEach(async () => {
  t = await buildTestApp({ config: RULES, env: { DOCTOR_KEY } })
  cookie = ''
})
afterEach(() => t.close())

async function browse(path: string, form?: Record<string, string>) {
  const answer = await fetch(`${t.url}${path}`, {
    redirect: 'manual',
    headers: { cookie },
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  })
  const set = answer.headers.get('set-cookie')
  if (set !== null) cookie = set.split(';')[0] ?? ''
  return { status: answer.status, headers: answer.headers, set, text: await answer.text() }
}
const login = () => browse('/doctor/login', { key: DOCTOR_KEY })

async function run(): Promise<string> {
  await browse('/doctor/run', {})
  await t.huoshui.doctor.settled()
  return (await browse('/doctor')).text
}

it('whoever has the key logs in, begins a run and sees each fault with its next step', async () => {
  expect(await browse('/doctor')).toMatchObject({ status: 401, text: expect.stringContaining('体检钥匙') })
  const entered = await login()
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/doctor'])
  expect(entered.set).toMatch(/^huoshui_doctor=.+; Max-Age=28800; Path=\/doctor; HttpOnly; SameSite=Strict$/)
  expect((await browse('/doctor')).text).toContain('还没有检查过')

  t.sandbox.faults.set({ path: 'get_corp_tag_list', errcode: 48002 })
  const text = await run()
  expect(text).toContain('<h3>接口权限：企业标签</h3><p>应用没有这个接口的权限（48002）</p>')
  expect(text).toContain('<p class="next">在管理后台「客户联系 → API → 可调用接口的应用」勾选本应用</p>')
  expect(text).toContain('<h3>读写</h3>')
  for (const secret of [t.sandbox.credentials.secret, t.sandbox.credentials.aesKey, DOCTOR_KEY]) {
    expect(text).not.toContain(secret)
  }
})

it('without the key there is nothing to see and nothing to start; the session ends after eight hours', async () => {
  await browse('/doctor/run', {})
  await t.huoshui.doctor.settled()
  expect(t.sandbox.calls('department/list').filter(({ errcode }) => errcode === 41001)).toEqual([])
  cookie = 'huoshui_doctor=forged.forged'
  expect((await browse('/doctor')).status).toBe(401)
  await login()
  expect((await browse('/doctor')).status).toBe(200)
  t.clock.advance(8 * HOUR_MS)
  expect((await browse('/doctor')).status).toBe(401)
})

it('a wrong key is refused, and after ten tries in a minute even the right one has to wait', async () => {
  expect(await browse('/doctor/login', { key: 'guess' })).toMatchObject({
    status: 403,
    text: expect.stringContaining('钥匙不对'),
  })
  for (let i = 0; i < 9; i++) await browse('/doctor/login', { key: `guess ${i}` })
  expect((await login()).status).toBe(429)
  t.clock.advance(MINUTE_MS)
  expect((await login()).status).toBe(303)
})

it('logged out is logged out', async () => {
  await login()
  const kept = cookie
  await browse('/doctor/logout', {})
  expect((await browse('/doctor')).status).toBe(401)
  cookie = kept
  expect((await browse('/doctor')).status).toBe(401)
  expect((await browse('/doctor')).status).toBe(401)
})

it('a session is one for all processes, is listed, and can be ended from elsewhere', async () => {
  const second = await buildTestApp({ config: RULES, env: { DOCTOR_KEY }, databaseUrl: t.databaseUrl, platform: t })
  try {
    const at = async (url: string) => (await fetch(`${url}/doctor`, { headers: { cookie } })).status
    await login()
    expect([await at(t.url), await at(second.url)]).toEqual([200, 200])
    await fetch(`${second.url}/doctor/logout`, { method: 'POST', headers: { cookie }, redirect: 'manual' })
    expect([await at(t.url), await at(second.url)]).toEqual([401, 401])
    await login()
    expect((await runCommand(sessionsProgram, [], t)).out).toContain('医生页（DOCTOR_KEY）')
    expect(await at(t.url)).toBe(200)
    await runCommand(sessionsProgram, ['end', '--all'], t)
    expect([await at(t.url), await at(second.url)]).toEqual([401, 401])
  } finally {
    await second.close()
  }
})

it('while the sessions cannot be read the page opens all the same, and a logout holds', async () => {
  const rename = (from: string, to: string) => t.db.tx((tx) => tx.run(raw(`ALTER TABLE ${from} RENAME TO ${to}`)))
  await rename('sidebar_session', 'session_away')
  await login()
  expect((await browse('/doctor')).status).toBe(200)
  const kept = cookie
  await browse('/doctor/logout', {})
  cookie = kept
  expect((await browse('/doctor')).status).toBe(401)
  await rename('session_away', 'sidebar_session')
})

it('the page runs no script, stands in no frame and is kept nowhere', async () => {
  const { headers, text } = await browse('/doctor')
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  )
  expect(headers.get('cache-control')).toBe('no-store')
  expect(text).not.toMatch(/<script|style=|\son\w+=/)
  const style = await browse('/doctor/style.css')
  expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8'])
})

it('a second press on the heels of the first does not ask WeCom again', async () => {
  await login()
  await run()
  const asked = t.sandbox.calls('ticket/get').length
  await run()
  expect(t.sandbox.calls('ticket/get').length).toBe(asked)
  t.clock.advance(MINUTE_MS)
  await run()
  expect(t.sandbox.calls('ticket/get').length).toBe(asked + 1)
})

it('what comes from outside is shown as text', async () => {
  await login()
  await t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key: 'x', text: '<img src=x onerror=alert(1)>', todo: '"看"' }))
  const text = await run()
  expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(text).toContain('&quot;看&quot;')
})

it('without DOCTOR_KEY the page is closed and says how to open it', async () => {
  const closed = await buildTestApp()
  const answer = await fetch(`${closed.url}/doctor`)
  expect(answer.status).toBe(404)
  expect(await answer.text()).toContain('DOCTOR_KEY')
  expect(
    (await fetch(`${closed.url}/doctor/login`, { method: 'POST', body: new URLSearchParams({ key: '' }) })).status,
  ).toBe(404)
  await closed.close()
})

it('while a run is under way the page shows how far it is and looks again by itself; broken off, it says so', async () => {
  let tell: (done: number, all: number) => void = () => undefined
  let breakOff: (error: Error) => void = () => undefined
  const lines: object[] = []
  const runs = createDoctorRuns({
    clock: t.clock,
    log: { error: (fields: object) => void lines.push(fields) },
    examine: (onDone) => {
      tell = onDone
      return new Promise((_resolve, reject) => {
        breakOff = reject
      })
    },
  })
  const now = t.clock.now()
  expect(doctorPage(runs.view(), now)).toContain('还没有检查过')
  runs.start()
  tell(12, 30)
  const soon = doctorPage(runs.view(), now + 1_000)
  expect(soon).toContain('http-equiv="refresh" content="1"')
  expect(soon).toContain('正在检查……12/30 项')
  expect(soon).not.toContain('应答很慢')
  expect(doctorPage(runs.view(), now + 6_000)).toContain('应答很慢')
  breakOff(new Error('boom'))
  await runs.settled()
  const broken = doctorPage(runs.view(), now)
  expect(broken).toMatch(/检查没有跑完。.*编号 [0-9a-f]{8} /)
  expect(broken).not.toContain('http-equiv="refresh"')
  expect(lines).toHaveLength(1)
})
