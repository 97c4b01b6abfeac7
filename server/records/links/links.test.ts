import { afterEach, expect, test } from 'vitest'
import { sopProgram } from '../../cli/sop.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { openSendScene, type SendScene, type SendSceneOptions } from '../../operations/mass-send/testing/send-scene.ts'
import type { Profile } from '../../sidebar-api/contract.ts'
import { openBrowser } from '../../sidebar-api/testing/sidebar-browser.ts'
import { DESK_RULES, openSidebarScene } from '../../sidebar-api/testing/sidebar-scene.ts'
import { buildTestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { holdsLink } from '../opt-out/link-codes.ts'
import { LINK_CLICK } from './link-tables.ts'

const ORIGIN = 'https://scrm.example.cn'
const POLICY =
  'links:\n  春季新品: { url: "https://shop.example.cn/spring?from=wecom", tag: 兴趣/新品 }\n  菜谱: { url: "https://shop.example.cn/cook" }\n'
const TAGS = 'tags:\n  - group: 兴趣\n    names: [新品]\n'
const WELCOME = 'welcome: 默认\ndefault: true\ntext: "您好\\n新品看这里：{链接:春季新品}\\n菜谱：{链接:菜谱}"\n'
const task = (sop: string, trigger: string, title: string, when = '{ follow.active: true }') =>
  `sop: ${sop}\nname: ${title}\ntrigger: ${trigger}\nwhen: ${when}\nsteps: [ { task: { for: guide, title: ${title} } } ]\n`
const FILES = {
  'policy.yaml': POLICY,
  'tags.yaml': TAGS,
  'welcomes/default.yaml': WELCOME,
  'sop/asks.yaml': task('asks', '{ event: link.clicked, link: 春季新品 }', '聊新品'),
  'sop/cooks.yaml': task('cooks', '{ event: link.clicked, link: 菜谱 }', '聊菜谱'),
  'sop/later.yaml': task('later', '{ daily: "11:00" }', '点过的', '{ links.clicked: { any: [春季新品], days: 7 } }'),
}
const WECHAT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.44'

let scene: SendScene
const opened: SendScene[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

async function open(options: SendSceneOptions = {}): Promise<void> {
  scene = await openSendScene({ env: { PUBLIC_URL: ORIGIN }, config: FILES, ...options })
  opened.push(scene)
  expect(scene.huoshui.rules.faults()).toEqual([])
  await scene.befriend('zhangsan', 'wmA', 'wmB')
}

const welcomeOf = (id: string): string => scene.sandbox.messagesOf(id).find(({ via }) => via === 'welcome')?.text ?? ''
const pathOf = (id: string, nth = 0): string =>
  ([...welcomeOf(id).matchAll(/https:\S+/g)][nth]?.[0] ?? '').slice(ORIGIN.length)

async function click(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(`${scene.url}${path}`, {
    redirect: 'manual',
    method,
    headers: { 'user-agent': WECHAT, ...headers },
  })
  await scene.settle()
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  return { status: response.status, to: response.headers.get('location'), cookie, text: await response.text() }
}
const clicks = () =>
  scene.rawRows<{ link: string; external_userid: string | null }>(
    `SELECT link, external_userid FROM ${LINK_CLICK} WHERE by_machine = 0 ORDER BY id`,
  )
const tasks = () => scene.rawRows('SELECT external_userid, title FROM guide_task ORDER BY id')
const marked = () =>
  scene.sandbox.calls('externalcontact/mark_tag').map(({ body }) => {
    const { external_userid, userid } = body as { external_userid: string; userid: string }
    return `${userid} ${external_userid}`
  })
const SPRING = 'https://shop.example.cn/spring?from=wecom'

test('a customer clicks: led on, told on the timeline, tagged and asked about, once in a minute', async () => {
  await open()
  expect(welcomeOf('wmA')).toBe(`您好\n新品看这里：${ORIGIN}${pathOf('wmA')}\n菜谱：${ORIGIN}${pathOf('wmA', 1)}`)
  expect(pathOf('wmA')).toMatch(/^\/l\/[0-9a-z]{1,3}\.[\w-]{14}$/)
  expect(new Set([pathOf('wmA'), pathOf('wmA', 1), pathOf('wmB')]).size).toBe(3)

  const before = scene.clock.now()
  const { cookie = '' } = await click(pathOf('wmA'))
  expect(await click(pathOf('wmA'), { cookie })).toMatchObject({ status: 302, to: SPRING })
  expect(scene.clock.now() - before).toBeLessThan(2_000)
  expect(await clicks()).toEqual([{ link: '春季新品', external_userid: 'wmA' }])
  expect(marked()).toEqual(['zhangsan wmA'])
  expect(await scene.timelineOf('wmA', 'link.clicked')).toEqual(['客户点了链接「春季新品」'])
  expect(await tasks()).toEqual([{ external_userid: 'wmA', title: '聊新品' }])

  // The next minute is another click; the tag is on already.
  await scene.advance(MINUTE_MS)
  await click(pathOf('wmA'), { cookie })
  expect(await clicks()).toHaveLength(2)
  expect(await scene.timelineOf('wmA', 'link.clicked')).toHaveLength(2)

  // Another link has no tag, and is not the one that is asked for at eleven.
  expect(await click(pathOf('wmB', 1))).toMatchObject({ status: 302, to: 'https://shop.example.cn/cook' })
  expect(marked()).toEqual(['zhangsan wmA'])
  for (let minute = 0; minute < 62; minute++) await scene.advance(MINUTE_MS)
  expect((await tasks()).slice(1)).toEqual([
    { external_userid: 'wmB', title: '聊菜谱' },
    { external_userid: 'wmA', title: '点过的' },
  ])
})

const looks = () => scene.rawRows(`SELECT external_userid, through FROM ${LINK_CLICK} WHERE by_machine = 1`)

test.each<[string, Record<string, string>, string]>([
  ['a look at the head', {}, 'HEAD'],
  ['a preview of another network', { 'user-agent': 'facebookexternalhit/1.1' }, 'GET'],
  ['a crawler that calls itself WeChat', { 'user-agent': `${WECHAT} Baiduspider/2.0` }, 'GET'],
  ['a browser that looks ahead', { 'sec-purpose': 'prefetch;prerender' }, 'GET'],
  ['a program', { 'user-agent': 'curl/8.5' }, 'GET'],
])('%s is led on and counts for nothing', async (_what, headers, method) => {
  await open()
  expect(await click(pathOf('wmA'), headers, method)).toMatchObject({ status: 302, to: SPRING, cookie: undefined })
  expect([await clicks(), marked(), await tasks()]).toEqual([[], [], []])
  // Once an hour it is known that some machine looked, and not at whose link.
  await click(pathOf('wmA'), headers, method)
  await scene.advance(60 * MINUTE_MS)
  await click(pathOf('wmA'), headers, method)
  await expect.poll(looks).toEqual([
    { external_userid: null, through: null },
    { external_userid: null, through: null },
  ])
})

test('a machine is led on while the database takes no writes, and is counted when it does', async () => {
  await open()
  const path = pathOf('wmA')
  await click(path)
  const looked = {
    click_key: `!${path.slice('/l/'.length)}:${Math.floor(scene.clock.now() / (60 * MINUTE_MS))}`,
    ...{ link: '春季新品', external_userid: null, at: scene.clock.now() },
  }
  const held = scene.db.tx(async (tx) => {
    await tx.insertIgnore(LINK_CLICK, [looked])
    const headers = { 'user-agent': 'Googlebot/2.1' }
    const { headers: answer } = await fetch(`${scene.url}${path}`, { redirect: 'manual', headers })
    expect(answer.get('location')).toBe(SPRING)
    throw new Error('undone')
  })
  await expect(held).rejects.toThrow('undone')
  await expect.poll(looks).toEqual([{ external_userid: null, through: null }])
})

test('passed on, it counts for nobody: another browser, or one that is known to be another customer’s', async () => {
  await open()
  const nobody = { link: '春季新品', external_userid: null }
  const outside = await click(pathOf('wmA'), { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Chrome/120.0' })
  expect(outside).toMatchObject({ to: SPRING, cookie: undefined })
  expect(await clicks()).toEqual([nobody])

  const { cookie = '' } = await click(pathOf('wmB'))
  expect(cookie).toMatch(/^huoshui_l=[\w-]{22}$/)
  await scene.advance(MINUTE_MS)
  expect(await click(pathOf('wmA'), { cookie })).toMatchObject({ to: SPRING, cookie: undefined })
  // Their own link of another name is theirs.
  await click(pathOf('wmB', 1), { cookie: `a=b; ${cookie}` })
  expect(await clicks()).toEqual([
    nobody,
    { link: '春季新品', external_userid: 'wmB' },
    nobody,
    { link: '菜谱', external_userid: 'wmB' },
  ])
  expect(marked()).toEqual(['zhangsan wmB'])
  expect(await scene.timelineOf('wmA', 'link.clicked')).toEqual([])
})

test('it leads nowhere but where the rules say: codes of others, forged ones, and a name that is gone', async () => {
  await open()
  const path = pathOf('wmA')
  const [number = '', mac = ''] = path.slice('/l/'.length).split('.')
  const forged = [
    `/l/${number}.${'A'.repeat(14)}`,
    `/l/${pathOf('wmB').slice('/l/'.length).split('.')[0]}.${mac}`,
    `/l/${SPRING}`,
    `/l/${encodeURIComponent('https://evil.example')}`,
    '/l/toString',
  ]
  for (const one of forged) expect(await click(one), one).toMatchObject({ status: 404, to: null })
  expect(await click(`${path}?url=https://evil.example`)).toMatchObject({ status: 302, to: SPRING })
  // A code of one kind is none of the other.
  expect(await click(path.replace('/l/', '/t/'))).toMatchObject({ status: 404 })

  const renamed = Object.entries(FILES).map(([file, text]) => [file, text.replaceAll('春季新品', '秋季新品')])
  scene.writeConfig(Object.fromEntries(renamed))
  await scene.huoshui.rules.check()
  expect(await click(path)).toMatchObject({ status: 404, to: null, text: expect.stringContaining('已经失效') })
  expect(await click(pathOf('wmA', 1))).toMatchObject({ status: 302 })
})

test('a script that asks for one gets that of the customer whose chat is open; a code of theirs is kept in no words for all', async () => {
  const side = await openSidebarScene()
  const of = `customers/${side.externalUserId}`
  const { cookies } = await side.as('zhangsan')
  expect((await openBrowser(side.url, cookies).get<Profile>(of)).body.links).toEqual({})
  const script = '{ id: spring, title: 新品, aim: 看, expect: 好, text: "新品在这里：{链接:春季新品}" }'
  const next = await buildTestApp({
    config: {
      ...DESK_RULES,
      'policy.yaml': 'links: { 春季新品: { url: "https://shop.example.cn/spring?from=wecom" } }\n',
      'scripts/spring.yaml': `domain: 新品\nsituations: [ { situation: 问新品, scripts: [ ${script} ] } ]\n`,
    },
    databaseUrl: side.databaseUrl,
    platform: { sandbox: side.sandbox, clock: side.clock },
    env: { PUBLIC_URL: 'http://scrm.example.cn' },
  })
  try {
    expect(next.huoshui.rules.faults()).toEqual([])
    const { links } = (await openBrowser(next.url, cookies).get<Profile>(of)).body
    expect(links).toEqual({ 春季新品: expect.stringMatching(/^http:\/\/scrm\.example\.cn\/l\/[\w.-]+$/) })
    expect(holdsLink(`看 ${links.春季新品}`)).toBe(true)
    const { pathname } = new URL(links.春季新品 ?? '')
    const told = await fetch(`${next.url}${pathname}`, { redirect: 'manual', headers: { 'user-agent': WECHAT } })
    expect(told.headers.get('location')).toBe(SPRING)
    const own = { external_userid: side.externalUserId, link: '春季新品' }
    expect(await side.rawRows(`SELECT external_userid, link FROM ${LINK_CLICK}`)).toEqual([own])
  } finally {
    await next.close()
    await side.close()
  }
})

test.each([
  ['no PUBLIC_URL', {}, true],
  ['one', { PUBLIC_URL: ORIGIN }, false],
])('sop check with %s says what becomes of the links', async (_what, env, isTold) => {
  await open()
  const { code, out } = await runCommand(sopProgram, ['check', scene.configDir], { env, clock: scene.clock })
  expect(code).toBe(0)
  expect(out.includes('提醒：没有设 PUBLIC_URL，欢迎语「默认」里的 {链接:…} 只是原来的网址')).toBe(isTold)
})

test.each([
  [
    'welcomes/默认.yaml',
    'welcome: 默认\ndefault: true\ntext: 看 {链接:春季新}\n',
    '没有 {链接:春季新} 这个链接，会原样发给客户',
  ],
  [
    'sends/福利.yaml',
    'send: 福利\naudience: { follow.active: true }\ncontent: { text: "看 {链接:春季新闻}" }\ncron: "0 10 * * 3"\n',
    '没有 {链接:春季新闻} 这个链接，会原样发给客户',
  ],
  [
    'policy.yaml',
    'links: { 春季新品: { url: "http://shop.example.cn" } }\n',
    '网址「http://shop.example.cn」不完整，或者不是 https',
  ],
  [
    'policy.yaml',
    'links: { 春季新品: { url: "https://shop.example.cn", tag: 兴趣/没有 } }\n',
    '没有叫「兴趣/没有」的标签',
  ],
])('%s refuses a link that cannot be', async (file, text, message) => {
  const { 'welcomes/default.yaml': _welcome, ...rest } = FILES
  const base: Record<string, string> = file.startsWith('welcomes/') ? rest : FILES
  const t = await buildTestApp({ config: { ...base, [file]: text } })
  const faults = t.huoshui.rules.faults()
  await t.close()
  expect(faults.map((fault) => [fault.file, fault.message])).toContainEqual([file, message])
})

test('without an address of our own the plain one stands there', async () => {
  await open({ env: {} })
  expect(welcomeOf('wmA')).toBe(`您好\n新品看这里：${SPRING}\n菜谱：https://shop.example.cn/cook`)
})
