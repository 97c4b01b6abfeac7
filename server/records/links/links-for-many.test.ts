import { afterEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { sopProgram } from '../../cli/sop.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { openSendScene, type SendScene } from '../../operations/mass-send/testing/send-scene.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { runCommand } from '../../testing/run-command.ts'
import { LINK_CLICK } from './link-tables.ts'

/** Links in messages for many, and who it was when WeCom is asked. */

const ORIGIN = 'https://scrm.example.cn'
const SPRING = 'https://shop.example.cn/spring'
const WECHAT = 'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 MicroMessenger/8.0.44'
const CONFIG = {
  'policy.yaml': `links: { 新品: { url: "${SPRING}", tag: 兴趣/新品 } }\n`,
  'tags.yaml': 'tags: [ { group: 兴趣, names: [新品] } ]\n',
  'welcomes/default.yaml': 'welcome: 默认\ndefault: true\ntext: "新品：{链接:新品}"\n',
  'sop/asks.yaml':
    'sop: asks\nname: 聊新品\ntrigger: { event: link.clicked, link: 新品 }\nwhen: { follow.active: true }\nsteps: [ { task: { for: guide, title: 聊新品 } } ]\n',
  'sop/tells.yaml':
    'sop: tells\nname: 上新\ntrigger: customer.added\nwhen: { follow.active: true }\nsteps: [ { message: { text: "{导购名}推荐 {链接:新品}", within: 24h } } ]\n',
  'moments/m.yaml': 'moment: 上新\ncontent: { text: "新品 {链接:新品}" }\nat: "2026-11-25 10:00"\n',
  'groups/g.yaml':
    'pool: 付费群\nrole: paid\ngroups: { namePrefix: 付费 }\ncapacity: 200\nentry: {}\ninviteBy: task\nwelcome: { text: "看 {链接:新品}" }\n',
}
const SEND =
  'send: 周三\naudience: { follow.active: true }\ncontent: { text: "今天上新 {链接:新品}" }\ncron: "0 10 * * 3"\n'

let scene: SendScene
afterEach(() => scene.close())

async function open(env: Record<string, string> = {}): Promise<void> {
  scene = await openSendScene({ env: { PUBLIC_URL: ORIGIN, ...env }, config: CONFIG, sends: SEND })
  expect(scene.huoshui.rules.faults()).toEqual([])
  await scene.befriend('zhangsan', 'wmA', 'wmB')
}
/** Past ten, when everything has gone out; a minute of its own. */
async function untilOut(): Promise<void> {
  for (let times = 0; times < 4; times++) await scene.advance(MINUTE_MS)
  for (let times = 0; times < 4; times++) await scene.advance(5 * SECOND_MS)
}

const get = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { redirect: 'manual', headers: { 'user-agent': WECHAT, ...headers } })
const pathIn = (text: string): string => (/https:\S+/.exec(text)?.[0] ?? '').slice(ORIGIN.length)
const own = (id: string): string =>
  pathIn(scene.sandbox.messagesOf(id).find(({ via }) => via === 'welcome')?.text ?? '')

type Who = string | { guide: string }
const cookieOf = (answer: Response): string => answer.headers.get('set-cookie')?.split(';')[0] ?? ''

/** Taps it in WeChat and logs in as this person: where WeCom sends the browser back to, and what that keeps meanwhile. */
async function login(path: string, who: Who, headers: Record<string, string> = {}) {
  const first = await get(`${scene.url}${path}`, headers)
  const address = first.headers.get('location') ?? ''
  expect(address).toMatch(/\/connect\/oauth2\/authorize\?/)
  expect(address).not.toContain('wmA')
  expect(new URL(address).searchParams.get('state')).toMatch(/^[0-9a-zA-Z]{1,128}$/)
  const asWhom = typeof who === 'string' ? `sandbox_customer=${who}` : `sandbox_guide=${who.guide}`
  const [before = '', fragment] = address.split('#')
  expect(fragment).toBe('wechat_redirect')
  const back = (await get(`${before}&${asWhom}`)).headers.get('location') ?? ''
  expect(back.startsWith(`${ORIGIN}/l/who?`)).toBe(true)
  return {
    cookie: cookieOf(first),
    set: first.headers.get('set-cookie'),
    backHere: `${scene.url}${back.slice(ORIGIN.length)}`,
  }
}
/** The same to the end: WeCom's login tells who it is. Gives where the browser ends up. */
async function tap(path: string, who: Who, headers: Record<string, string> = {}) {
  const { cookie, backHere } = await login(path, who, headers)
  const last = await get(backHere, { ...headers, cookie })
  await scene.settle()
  return { to: last.headers.get('location'), cookie, backHere }
}
const asked = (): number => scene.sandbox.calls('auth/getuserinfo').length
const clicks = () =>
  scene.rawRows<{ link: string; external_userid: string | null }>(
    `SELECT link, external_userid FROM ${LINK_CLICK} WHERE by_machine = 0 ORDER BY id`,
  )
const counted = async () => (await clicks()).map(({ external_userid }) => external_userid)
const told = async (id: string) => scene.timelineOf(id, 'link.clicked')
const tasks = async () =>
  (
    await scene.rawRows<{ external_userid: string }>(
      "SELECT external_userid FROM guide_task WHERE title = '聊新品' ORDER BY id",
    )
  ).map((one) => one.external_userid)

test('a journey, a send, a moment and a group’s welcome carry one address for all; nobody is guessed from it', async () => {
  await open()
  await untilOut()
  // Of which message it is stands behind it, and a server that does not know that leads on all the same.
  const bare = (text: string): string => text.replace(/\?f=[sm][0-9a-z]{1,3}\.[\w-]{8}$/, '')
  const address = `${ORIGIN}${bare(pathIn(scene.texts()[0] ?? ''))}`
  expect(address).toMatch(/\/l\/0\.[\w-]{14}$/)
  expect([...new Set(scene.texts().map(bare))].toSorted()).toEqual([`今天上新 ${address}`, `张三推荐 ${address}`])
  expect(scene.texts().every((text) => bare(text) !== text)).toBe(true)
  const moment = scene.sandbox.calls('externalcontact/add_moment_task')[0]?.body as { text: { content: string } }
  expect(bare(moment.text.content)).toBe(`新品 ${address}`)
  expect(moment.text.content).toMatch(/\?f=m1\.[\w-]{8}$/)
  expect(scene.sandbox.calls('externalcontact/group_welcome_template/add')[0]?.body).toMatchObject({
    text: { content: `看 ${address}` },
  })
  const path = address.slice(ORIGIN.length)
  for (let times = 0; times < 3; times++)
    expect((await get(`${scene.url}${path}`)).headers.get('location')).toBe(SPRING)
  await scene.settle()
  // Known is that somebody clicked in that minute.
  expect(await clicks()).toEqual([{ link: '新品', external_userid: null }])
  expect([await told('wmA'), await told('wmB'), await tasks()]).toEqual([[], [], []])
  expect((await get(`${scene.url}${path.slice(0, -1)}_`)).status).toBe(404)

  const { out } = await runCommand(sopProgram, ['check', scene.configDir], {
    env: { PUBLIC_URL: ORIGIN },
    clock: scene.clock,
  })
  expect(out).toContain(
    '提醒：没有设 LINK_LOGIN=yes，群发「周三」、朋友圈「上新」、群池「付费群」的入群欢迎语 等 4 处里的 {链接:…} 大家是同一个网址，只知道有人点了，不知道是谁。',
  )
  const shown = await runCommand(sendsProgram, ['preview', '周三', 'wmA'], scene)
  expect(shown.out).toContain(`今天上新 ${SPRING}`)
})

test('sends clicks tells by which message a link was opened, by known people, unknown ones and machines', async () => {
  await open({ LINK_LOGIN: 'yes' })
  await untilOut()
  const shared = pathIn(scene.texts().find((text) => text.startsWith('今天上新')) ?? '')
  const robot = { 'user-agent': 'Googlebot/2.1' }
  await tap(shared, 'wmB')
  await scene.advance(MINUTE_MS)
  await tap(shared, 'wmB')
  for (let minutes = 0; minutes < 2; minutes++) {
    await scene.advance(MINUTE_MS)
    await tap(shared, 'wmStranger')
    await get(`${scene.url}${shared}`, robot)
  }
  // Made-up marks are none, however many are tried.
  await scene.advance(MINUTE_MS)
  const bare = shared.replace(/\?.*/, '')
  for (const mark of ['?f=s1.AAAAAAAA', '?f=s1.AAAAAAAB', '?f=s1', '?f=s1.AAAAAAAA&f=s2.AAAAAAAA', '?g=1'])
    expect((await get(`${scene.url}${bare}${mark}`, { 'user-agent': 'Chrome/120' })).headers.get('location')).toBe(
      SPRING,
    )
  await tap(own('wmA'), 'wmA')
  await scene.settle()
  const { out } = await runCommand(sendsProgram, ['clicks'], scene)
  const lines = out.split('\n').filter((line) => line.startsWith('「') || line.startsWith('  '))
  const [run] = await scene.rawRows<{ id: number }>("SELECT id FROM send_run WHERE send_name = '周三'")
  expect(lines).toEqual([
    '「新品」',
    `  #${run?.id}  2026-11-25 10:00  群发「周三」：认识的 1 人点了 2 次，不认识的人 2 次，爬虫 1 次`,
    '  客户自己的链接、入群欢迎语，或说不出是哪一次：认识的 1 人点了 1 次，不认识的人 1 次，爬虫 0 次',
  ])
  const shown = await runCommand(sendsProgram, ['show', String(run?.id)], scene)
  expect(shown.out).toContain('链接「新品」：认识的 1 人点了 2 次，不认识的人 2 次，爬虫 1 次')
  expect((await runCommand(sendsProgram, ['clicks', '新晶'], scene)).err).toContain('是不是「新品」？')
  await scene.advance(2 * DAY_MS)
  expect((await runCommand(sendsProgram, ['clicks', '新品', '--since', '1d'], scene)).out).toContain(
    '1d 里没有人打开过链接',
  )
})

test('who opens what a journey sent on several days is one person in its line', async () => {
  await open({ LINK_LOGIN: 'yes' })
  await untilOut()
  await scene.advance(DAY_MS)
  await scene.befriend('zhangsan', 'wmC')
  await untilOut()
  const paths = [...new Set(scene.texts().filter((text) => text.includes('推荐')))].map(pathIn)
  // Those who begin close together may share one.
  const many = paths.length
  expect(many).toBeGreaterThan(1)
  // Too long ago for the second look.
  await tap(paths[0] ?? '', 'wmB')
  await scene.advance(2 * DAY_MS)
  for (const path of paths) {
    await tap(path, 'wmA')
    await scene.advance(MINUTE_MS)
  }
  await tap(paths[1] ?? '', 'wmB')
  const line = async (...since: string[]) =>
    (await runCommand(sendsProgram, ['clicks', ...since], scene)).out.split('\n').filter((one) => one.includes('SOP'))
  expect(await line()).toEqual([
    `  SOP 消息「上新 第 1 步」：认识的 2 人点了 ${many + 2} 次，不认识的人 0 次，爬虫 0 次`,
  ])
  expect(await line('--since', '1d')).toEqual([
    `  SOP 消息「上新 第 1 步」：认识的 2 人点了 ${many + 1} 次，不认识的人 0 次，爬虫 0 次`,
  ])
})

test('with WeCom’s login a click counts for who it was, whoever got the link; members and strangers are nobody', async () => {
  await open({ LINK_LOGIN: 'yes' })
  await untilOut()
  const shared = pathIn(scene.texts()[0] ?? '')
  expect((await tap(shared, 'wmB')).to).toBe(SPRING)
  expect(await told('wmB')).toEqual(['客户点了链接「新品」'])
  expect([await counted(), await tasks()]).toEqual([['wmB'], ['wmB']])

  await scene.advance(MINUTE_MS)
  // Passed on by wmA.
  await tap(own('wmA'), 'wmB')
  expect(await told('wmB')).toEqual(expect.arrayContaining(['客户点了别人转来的链接「新品」']))
  expect(await told('wmA')).toEqual([])
  expect((await tap(own('wmA'), { guide: 'zhangsan' })).to).toBe(SPRING)
  expect((await tap(own('wmA'), 'wmStranger')).to).toBe(SPRING)
  const { cookie, backHere } = await tap(own('wmA'), 'wmA')
  expect(await counted()).toEqual(['wmB', 'wmB', null, 'wmA'])

  // The same login again, and what is made up, leads on without anybody.
  await scene.advance(MINUTE_MS)
  const before = await counted()
  for (const address of [backHere, backHere.replace(/code=\w+/, 'code=x'), backHere.replace(/code=\w+&/, '')])
    expect((await get(address, { cookie })).headers.get('location')).toBe(SPRING)
  expect((await get(backHere.replace(/state=../, 'state=00'), { cookie })).status).toBe(404)
  await scene.settle()
  expect(await counted()).toEqual(before)
  // Asked of WeCom is only who may be in WeChat.
  expect((await get(`${scene.url}${shared}`, { 'user-agent': 'Chrome/120' })).headers.get('location')).toBe(SPRING)
  expect((await get(`${scene.url}${shared}`, { 'user-agent': 'Googlebot/2.1' })).headers.get('location')).toBe(SPRING)
  await scene.settle()
  expect((await counted()).filter((id) => id !== null)).toEqual(['wmB', 'wmB', 'wmA'])
})

test('a login counts in the browser that it began in: led through by another, or without cookies, it is somebody unknown', async () => {
  await open({ LINK_LOGIN: 'yes' })
  const ofB = await login(own('wmB'), 'wmB')
  expect(ofB.set).toMatch(/^huoshui_lw=[0-9a-f]{24}; Path=\/l; Max-Age=300; HttpOnly; SameSite=Lax; Secure$/)
  const ofA = await login(own('wmA'), 'wmA')
  // B sends A the way back that B never took.
  expect((await get(ofB.backHere, { cookie: ofA.cookie })).headers.get('location')).toBe(SPRING)
  expect((await get((await login(own('wmA'), 'wmA')).backHere)).headers.get('location')).toBe(SPRING)
  await scene.settle()
  expect([asked(), await counted()]).toEqual([0, [null, null]])
  // Two tabs of one browser.
  const other = await login(own('wmB'), 'wmA', { cookie: ofA.cookie })
  expect(other.cookie).toBe(ofA.cookie)
  for (const { backHere } of [ofA, other]) {
    await get(backHere, { cookie: ofA.cookie })
    await scene.settle()
    await scene.advance(MINUTE_MS)
  }
  expect(await counted()).toEqual([null, null, 'wmA', 'wmA'])
  // Begun more than five minutes ago: who it is is not asked, and it is somebody, once.
  const old = await login(own('wmA'), 'wmA')
  await scene.advance(60 * MINUTE_MS)
  for (let times = 0; times < 2; times++) {
    expect((await get(old.backHere, { cookie: old.cookie })).headers.get('location')).toBe(SPRING)
    await scene.settle()
    expect([asked(), await counted()]).toEqual([2, [null, null, 'wmA', 'wmA', null]])
    await scene.advance(60 * MINUTE_MS)
  }
})

test('made-up returns ask WeCom nothing, and keep nobody from being known', async () => {
  await open({ LINK_LOGIN: 'yes' })
  const { cookie, backHere } = await tap(own('wmB'), 'wmB')
  await scene.advance(MINUTE_MS)
  const before = asked()
  for (let times = 0; times < 100; times++) {
    const invented = backHere
      .replace(/code=\w+/, `code=made${times}`)
      .replace(/state=\w+/, (state) => `${state.slice(0, -2)}${String(times).padStart(2, '0')}`)
    expect((await get(invented, { cookie })).headers.get('location')).toBe(SPRING)
  }
  expect([asked() - before, await counted()]).toEqual([0, ['wmB']])

  // Whoever holds a link and opens it for each: held back is that link at that address.
  for (let times = 0; times < 30; times++) {
    const one = await login(own('wmB'), 'wmB')
    await get(one.backHere.replace(/code=\w+/, 'code=made'), { cookie: one.cookie })
  }
  await scene.settle()
  expect(asked() - before).toBe(20)
  await tap(own('wmA'), 'wmA')
  expect((await counted()).filter((id) => id !== null)).toEqual(['wmB', 'wmA'])
})

test('a webview that comes back twice, to another process even, counts once and is held against nobody', async () => {
  await open({ LINK_LOGIN: 'yes' })
  const { cookie, backHere } = await login(own('wmA'), 'wmA')
  const both = await Promise.all([get(backHere, { cookie }), get(backHere, { cookie })])
  expect(both.map((answer) => answer.headers.get('location'))).toEqual([SPRING, SPRING])
  await scene.settle()
  for (let times = 0; times < 3; times++) {
    await scene.advance(MINUTE_MS)
    await get(backHere, { cookie })
  }
  await scene.settle()
  expect([asked(), await counted()]).toEqual([1, ['wmA']])
  // What another process has asked already.
  for (const errcode of [40029, 40163, 42022]) {
    scene.sandbox.faults.set({ path: 'auth/getuserinfo', errcode, times: 1 })
    expect((await tap(own('wmA'), 'wmA')).to).toBe(SPRING)
  }
  expect(await counted()).toEqual(['wmA'])
})

test('while WeCom is away somebody clicked, and nobody is held back for it', async () => {
  await open({ LINK_LOGIN: 'yes' })
  scene.sandbox.faults.set({ path: 'auth/getuserinfo', http: 500, times: 25 })
  for (let times = 0; times < 25; times++) expect((await tap(own('wmA'), 'wmA')).to).toBe(SPRING)
  expect(await counted()).toEqual([null])
  scene.sandbox.faults.clear()
  await tap(own('wmA'), 'wmA')
  expect(await counted()).toEqual([null, 'wmA'])
})

test('of two browsers that open a customer’s links for the first time at once, one is theirs', async () => {
  await open()
  const path = `${scene.url}${own('wmA')}`
  const answers = await Promise.all(Array.from({ length: 8 }, () => get(path)))
  await scene.settle()
  expect(answers.map((answer) => answer.headers.get('location'))).toEqual(answers.map(() => SPRING))
  expect(answers.filter((answer) => answer.headers.get('set-cookie') !== null)).toHaveLength(1)
  expect((await counted()).toSorted()).toEqual(['wmA', null].toSorted())
})

test('passed on in WeChat after the customer has opened it, it is somebody else’s', async () => {
  await open()
  await scene.advance(MINUTE_MS)
  const first = await get(`${scene.url}${own('wmA')}`)
  await scene.settle()
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
  expect((await get(`${scene.url}${own('wmA')}`)).headers.get('set-cookie')).toBeNull()
  await scene.advance(MINUTE_MS)
  expect((await get(`${scene.url}${own('wmA')}`)).headers.get('set-cookie')).toBeNull()
  await get(`${scene.url}${own('wmA')}`, { cookie })
  await scene.settle()
  expect(await counted()).toEqual(['wmA', null, 'wmA'])
})

test('clicked thousands of times: one statement set a minute, ten lines a day, and nothing more', async () => {
  await open()
  const path = `${scene.url}${own('wmA')}`
  const cookie = (await get(path)).headers.get('set-cookie')?.split(';')[0] ?? ''
  await get(path)
  await scene.settle()
  const flood = async () => {
    for (let times = 0; times < 200; times++) {
      const answer = await get(path, times % 2 === 0 ? { cookie } : {})
      if (answer.headers.get('location') !== SPRING) throw new Error('led astray')
    }
  }
  expect((await countStatements(scene.db, flood)).total).toBe(0)
  for (let minutes = 0; minutes < 14; minutes++) {
    await scene.advance(MINUTE_MS)
    await get(path, { cookie })
    await get(path)
  }
  await scene.settle()
  const ofA = (await counted()).filter((id) => id === 'wmA')
  expect([ofA.length, (await told('wmA')).length]).toEqual([10, 10])
  // Of unknown ones an hour.
  expect((await counted()).length - ofA.length).toBeLessThanOrEqual(2)
  await scene.advance(DAY_MS)
  await get(path, { cookie })
  await scene.settle()
  expect(await told('wmA')).toHaveLength(11)
  // And whatever is put behind the address of a message for many, or behind a customer's own, is that address.
  await untilOut()
  const shared = pathIn(scene.texts()[0] ?? '')
  let nth = 0
  const madeUp = async () => {
    for (let times = 0; times < 10; times++)
      for (const address of [shared.replace(/\?.*/, ''), own('wmA')]) {
        const answer = await get(`${scene.url}${address}?f=s${(nth++).toString(36)}.AAAAAAAA`, {
          'user-agent': 'Chrome/120',
        })
        if (answer.headers.get('location') !== SPRING) throw new Error('led astray')
      }
  }
  await madeUp()
  expect((await countStatements(scene.db, madeUp)).total).toBe(0)
})
