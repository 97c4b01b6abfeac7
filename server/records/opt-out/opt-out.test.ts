import { afterEach, expect, test } from 'vitest'
import { createPeopleProgram } from '../../cli/people.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { openSendScene, type SendScene, type SendSceneOptions } from '../../operations/mass-send/testing/send-scene.ts'
import type { Profile } from '../../sidebar-api/contract.ts'
import { openBrowser } from '../../sidebar-api/testing/sidebar-browser.ts'
import { DESK_RULES, openSidebarScene } from '../../sidebar-api/testing/sidebar-scene.ts'
import { buildTestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { signedPost } from '../../testing/signed-post.ts'
import { OPT_OUT_LINK } from './opt-out-tables.ts'

const ORIGIN = 'https://scrm.example.cn'
const WELCOME = 'welcome: 默认\ndefault: true\ntext: "您好\\n不想收到消息点这里：{退订链接}\\n有事直接说"\n'
const CARE =
  'sop: care\nname: 关怀\ntrigger: { daily: "11:00" }\nwhen: { follow.active: true }\nsteps: [ { task: { for: guide, title: 问近况 } } ]\n'

const people = createPeopleProgram({ pause: async () => undefined })

let scene: SendScene
const opened: SendScene[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

async function open(options: SendSceneOptions = {}): Promise<void> {
  scene = await openSendScene({
    env: { PUBLIC_URL: ORIGIN },
    config: { 'welcomes/default.yaml': WELCOME, 'sop/care.yaml': CARE },
    ...options,
  })
  opened.push(scene)
  expect(scene.huoshui.rules.faults()).toEqual([])
  await scene.befriend('zhangsan', 'wmA', 'wmB')
}

const welcomeOf = (id: string): string => scene.sandbox.messagesOf(id).find(({ via }) => via === 'welcome')?.text ?? ''
const linkOf = (id: string): string => /https:\S+/.exec(welcomeOf(id))?.[0] ?? ''
const pathOf = (id: string): string => linkOf(id).slice(ORIGIN.length)

async function page(path: string, form?: Record<string, string>, more: RequestInit = {}) {
  const posted = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }
  const response = await fetch(`${scene.url}${path}`, { redirect: 'manual', ...posted, ...more })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const refuse = { refuses: 'yes', scope: '', days: '' }
const words = () => scene.rawRows('SELECT external_userid, scope, state, source FROM consent ORDER BY id')
const said = (id: string) => scene.timelineOf(id, 'customer.refusal')
const wait = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) await scene.advance(MINUTE_MS)
}

test('a link of their own stands in the welcome; opened it changes nothing, confirmed it holds for the next send and to-do', async () => {
  await open()
  expect(welcomeOf('wmA')).toBe(`您好\n不想收到消息点这里：${linkOf('wmA')}\n有事直接说`)
  expect(pathOf('wmA')).toMatch(/^\/t\/[0-9a-z]{1,3}\.[\w-]{14}$/)
  expect(linkOf('wmB')).not.toBe(linkOf('wmA'))
  // What goes to many at once has no link of anybody's.
  expect(linkOf('wmA')).not.toContain('wmA')

  // Previews, crawlers and the customer look at it, as often as they like.
  for (let look = 0; look < 3; look++) {
    const shown = await page(pathOf('wmA'))
    expect([shown.status, shown.text.includes('现在：会收到')]).toEqual([200, true])
    expect(shown.text).not.toMatch(/wmA|张三|zhangsan|https?:/)
    expect(shown.headers.get('content-security-policy')).toContain("form-action 'self'")
    expect([shown.headers.get('location'), shown.headers.get('referrer-policy')]).toEqual([null, 'no-referrer'])
  }
  await page(pathOf('wmA'), undefined, { method: 'HEAD' })
  expect(await words()).toEqual([])

  // A form sent twice is one word.
  for (let sent = 0; sent < 2; sent++) {
    const done = await page(pathOf('wmA'), refuse)
    expect([done.status, done.headers.get('location')]).toEqual([200, null])
    expect(done.text).toContain('<h1>已经退订</h1>')
  }
  const own = { external_userid: 'wmA', scope: '', source: 'link' }
  expect(await words()).toEqual([{ ...own, state: 'refused' }])
  expect(await said('wmA')).toEqual(['客户点退订链接，不想收到任何营销'])
  expect((await runCommand(people, ['consents', 'wmA'], scene)).out).toContain('客户点的退订链接')

  await wait(62)
  expect(scene.created()).toEqual(['zhangsan: wmB'])
  expect(await scene.rawRows("SELECT external_userid FROM guide_task WHERE title = '问近况'")).toEqual([
    { external_userid: 'wmB' },
  ])

  // Taken back by the same page.
  expect((await page(pathOf('wmA'))).text).toContain('现在：不再收到任何营销')
  expect((await page(pathOf('wmA'), { refuses: 'no' })).text).toContain('<h1>已经恢复</h1>')
  expect(await said('wmA')).toHaveLength(2)
  scene.clock.set(Date.parse('2026-12-02T09:59:30+08:00'))
  await wait(1)
  expect(scene.created().at(-1)).toBe('zhangsan: wmA wmB')
})

test('a refusal of what they choose, for as long as they choose', async () => {
  await open()
  const stopped = await page(pathOf('wmA'), { refuses: 'yes', scope: 'sends', days: '90' })
  expect(stopped.text).toContain('现在：不再收到群发，到 2027-02-23')
  await wait(62)
  expect(scene.created()).toEqual(['zhangsan: wmB'])
  expect(await scene.rawRows("SELECT external_userid FROM guide_task WHERE title = '问近况' ORDER BY 1")).toHaveLength(
    2,
  )
  // Another choice takes the place of the one before.
  expect((await page(pathOf('wmA'), refuse)).text).toContain('<p class="now">现在：不再收到任何营销。</p>')
  scene.clock.set(Date.parse('2026-11-25T12:00:00+08:00') + 91 * DAY_MS)
  await page(pathOf('wmA'), { refuses: 'yes', scope: 'sends', days: '90' })
  scene.clock.advance(91 * DAY_MS)
  expect((await page(pathOf('wmA'))).text).toContain('现在：会收到')
})

const marketing = (id: string) =>
  scene.rawRows<{ scope: string; state: string; source: string }>(
    "SELECT scope, state, source FROM consent WHERE external_userid = ? AND kind = 'marketing' ORDER BY id",
    [id],
  )
const tellBirthday = (externalUserId: string) =>
  signedPost(scene, '/api/profiles', { customer: { externalUserId }, birthday: '2016-03-04' })
const byLaw = { scope: '', state: 'refused', source: 'age' }

test('what the law says of a child no link takes back, nor gives it an end', async () => {
  await open()
  await tellBirthday('wmA')
  const shown = await page(pathOf('wmA'))
  expect(shown.text).toContain('现在：不再收到任何营销。</p>\n<p>未满十四周岁，由监护人联系我们恢复。')
  expect(shown.text).not.toContain('<form')
  expect((await page(pathOf('wmA'), { refuses: 'no' })).text).not.toContain('已经恢复')
  await page(pathOf('wmA'), { refuses: 'yes', scope: '', days: '90' })
  await page(pathOf('wmA'), { refuses: 'yes', scope: 'sends', days: '90' })
  await page(pathOf('wmA'), { refuses: 'no' })
  const sends = { scope: 'sends', source: 'link' }
  expect(await marketing('wmA')).toEqual([byLaw, { ...sends, state: 'refused' }, { ...sends, state: 'given' }])
  await wait(1)
  expect(scene.created()).toEqual(['zhangsan: wmB'])
  scene.clock.advance(91 * DAY_MS)
  expect((await page(pathOf('wmA'))).text).toContain('未满十四周岁')
})

test('who had refused before we knew how young they are does not take it back by the link either', async () => {
  await open()
  await page(pathOf('wmA'), refuse)
  await tellBirthday('wmA')
  await page(pathOf('wmA'), { refuses: 'no' })
  expect(await marketing('wmA')).toEqual([{ ...byLaw, source: 'link' }, byLaw])
})

test('a refusal of all, and one of sends only, leave alone what was refused apart from them', async () => {
  await open()
  const invites = {
    externalUserId: 'wmA',
    kind: 'marketing',
    scope: 'invites',
    state: 'refused',
    source: 'guide',
  } as const
  await scene.db.tx((tx) => scene.huoshui.privacy.consents.record(tx, invites))
  await page(pathOf('wmA'), { refuses: 'yes', scope: 'sends', days: '' })
  const stopped = await page(pathOf('wmA'), { refuses: 'yes', scope: '', days: '90' })
  expect(stopped.text).toContain('现在：不再收到任何营销，到 2027-02-23；不再收到群发；不再收到入群邀请。')
  scene.clock.advance(91 * DAY_MS)
  expect((await page(pathOf('wmA'))).text).toContain('现在：不再收到群发；不再收到入群邀请。')
  await page(pathOf('wmA'), refuse)
  expect((await page(pathOf('wmA'))).text).toContain('现在：不再收到任何营销。')
  await page(pathOf('wmA'), { refuses: 'yes', scope: 'sends', days: '' })
  const given = (await marketing('wmA')).filter(({ state }) => state === 'given')
  expect(given).toEqual([{ scope: '', state: 'given', source: 'link' }])
  expect((await said('wmA')).join()).not.toContain('又愿意收到入群邀请')
  // Taken back is all of it.
  expect((await page(pathOf('wmA'), { refuses: 'no' })).text).toContain('现在：会收到')
})

test('a link from before a backup was put back is not the link of whoever has its number since', async () => {
  await open()
  const path = pathOf('wmA')
  const id = Number.parseInt(/\/t\/(\w+)\./.exec(path)?.[1] ?? '', 36)
  await scene.db.source.query('DELETE FROM opt_out_link')
  await scene.db.tx((tx) => tx.insert(OPT_OUT_LINK, { id, external_userid: 'wmB', made_at: scene.clock.now() }))
  expect((await page(path)).status).toBe(404)
  expect((await page(path, refuse)).status).toBe(404)
  expect(await words()).toEqual([])
})

test.each<[string, (path: string) => string]>([
  ['another number', (path) => path.replace(/\/t\/\w+\./, '/t/9.')],
  ['another spelling of the number', (path) => path.replace('/t/', '/t/0')],
  ['another signature', (path) => `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`],
  ['no signature', (path) => path.split('.')[0] ?? ''],
  ['more behind it', (path) => `${path}x`],
  ['a way elsewhere', () => '/t/https%3A%2F%2Fevil.example'],
  ['nothing', () => '/t/%20'],
])('%s is nobody’s link and changes nothing', async (_what, change) => {
  await open()
  const path = change(pathOf('wmA'))
  expect(await page(path)).toMatchObject({ status: 404, text: expect.stringContaining('这个链接已经失效') })
  expect((await page(path, refuse)).status).toBe(404)
  expect(await words()).toEqual([])
})

test('what is not the page’s own form is refused', async () => {
  await open()
  const path = pathOf('wmA')
  for (const form of [
    {},
    { refuses: 'perhaps' },
    { ...refuse, scope: 'profiling' },
    { ...refuse, next: 'https://evil' },
  ]) {
    expect((await page(path, form as Record<string, string>)).status).toBe(400)
  }
  const json = { method: 'POST', body: '{"refuses":"yes"}', headers: { 'content-type': 'application/json' } }
  expect((await page(path, undefined, json)).status).toBe(415)
  expect(await words()).toEqual([])
})

test('who was erased has no link any more; without an address of our own nobody has one, and the line goes', async () => {
  await open()
  const path = pathOf('wmA')
  const env = { ORDERS_SECRET: scene.sandbox.credentials.ordersSecret, DATABASE_URL: scene.databaseUrl }
  const erased = await runCommand(people, ['erase', 'wmA', '--yes', '--still-there'], { ...scene, env })
  expect([erased.code, erased.err]).toEqual([0, ''])
  expect((await page(path)).status).toBe(404)
  expect((await page(pathOf('wmB'))).status).toBe(200)
  await open({ env: {} })
  expect(welcomeOf('wmA')).toBe('您好\n有事直接说')
})

test('a script that asks for it gets the link of the customer whose chat is open; without such a script nobody gets one', async () => {
  // Logging in leads to our own address, which nobody but customers has here.
  const side = await openSidebarScene()
  const of = `customers/${side.externalUserId}`
  const { cookies } = await side.as('zhangsan')
  const before = await openBrowser(side.url, cookies).get<Profile>(of)
  expect(before.body.optOutUrl).toBeNull()
  const script = '{ id: stop, title: 退订, aim: 退, expect: 好, text: "不想收消息点这里：{退订链接}" }'
  const next = await buildTestApp({
    config: {
      ...DESK_RULES,
      'scripts/stop.yaml': `domain: 退订\nsituations: [ { situation: 不想收, scripts: [ ${script} ] } ]\n`,
    },
    databaseUrl: side.databaseUrl,
    platform: { sandbox: side.sandbox, clock: side.clock },
    env: { PUBLIC_URL: 'http://scrm.example.cn' },
  })
  try {
    expect(next.huoshui.rules.faults()).toEqual([])
    const browser = openBrowser(next.url, cookies)
    const { optOutUrl } = (await browser.get<Profile>(of)).body
    expect((await browser.get<Profile>(of)).body.optOutUrl).toBe(optOutUrl)
    expect(optOutUrl).toMatch(/^http:\/\/scrm\.example\.cn\/t\/[\w.-]+$/)
    const path = new URL(optOutUrl ?? '').pathname
    expect((await fetch(`${next.url}${path}`, { method: 'POST', body: new URLSearchParams(refuse) })).status).toBe(200)
    const own = { external_userid: side.externalUserId, source: 'link' }
    expect(await side.rawRows('SELECT external_userid, source FROM consent')).toEqual([own])
    expect(await side.rawRows('SELECT id FROM opt_out_link')).toHaveLength(1)
  } finally {
    await next.close()
    await side.close()
  }
})
