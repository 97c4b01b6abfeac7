import { afterEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { STAFF } from '../staff/staff-tables.ts'

let t: TestApp
afterEach(() => t.close())

const open = () => t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))
const keys = async () => (await open()).map(({ key }) => key)
const readyz = async () => {
  // An answer is kept for a second.
  t.clock.advance(SECOND_MS)
  const answer = await fetch(`${t.url}/readyz`)
  return { code: answer.status, body: await answer.json() }
}
const ask = () => t.huoshui.wecom.staff.get('zhangsan').catch(() => undefined)
const TAGS = 'externalcontact/get_corp_tag_list'
const listTags = () => t.huoshui.wecom.tags.list().catch(() => undefined)

it('WeCom refuses everything: one alert after a minute, said by /readyz and /metrics, which goes on taking callbacks', async () => {
  t = await buildTestApp({ env: { ALERT_USERIDS: 'zhangsan' } })
  t.sandbox.faults.set({ errcode: 60020 })
  await ask()
  await t.sandbox.scan({ userId: 'zhangsan' })
  await t.advance(50 * SECOND_MS)
  expect(await keys()).toEqual([])
  expect(await readyz()).toEqual({ code: 200, body: { status: 'ready' } })
  await t.advance(MINUTE_MS)
  expect(await open()).toMatchObject([
    {
      key: 'platform.refused:60020',
      text: expect.stringContaining('60020 服务器 IP 不在企业可信 IP 里'),
      todo: expect.stringContaining('企业可信 IP'),
    },
  ])
  expect(await readyz()).toEqual({ code: 200, body: { status: 'degraded', why: ['platform.refused'] } })
  expect(await (await fetch(`${t.url}/metrics`)).text()).toContain('huoshui_alerts_open{alert="platform.refused"} 1')
  const before = await t.eventsOf('customer.added')
  await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  expect(await t.eventsOf('customer.added')).toHaveLength(before.length + 1)

  t.sandbox.faults.clear()
  await ask()
  await t.advance(3 * MINUTE_MS)
  expect(await keys()).toEqual([])
  expect(await readyz()).toMatchObject({ body: { status: 'ready' } })
})

it('what people are to see to while everything goes on leaves /readyz ready; that it cannot be known does not', async () => {
  t = await buildTestApp()
  await t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key: 'acquisition.quota', text: '额度', todo: '买' }))
  await t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key: 'rules.faults', text: '错', todo: '改' }))
  expect(await readyz()).toEqual({ code: 200, body: { status: 'ready' } })
  await t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key: 'app.closed', text: '停用', todo: '打开' }))
  expect(await readyz()).toEqual({ code: 200, body: { status: 'degraded', why: ['app.closed'] } })
  await t.db.tx((tx) => tx.run(raw('ALTER TABLE alert RENAME TO alert_away')))
  expect(await readyz()).toEqual({ code: 200, body: { status: 'degraded', why: ['alerts.unreadable'] } })
})

it('one endpoint without rights is an alert of its own; a hiccup, or a no about one customer, is none', async () => {
  t = await buildTestApp()
  t.sandbox.faults.set({ path: TAGS, errcode: 48002 })
  t.sandbox.faults.set({ path: 'user/get', errcode: 60111 })
  await listTags()
  await ask()
  await t.advance(2 * MINUTE_MS)
  expect(await keys()).toEqual([`platform.refused:48002:/cgi-bin/${TAGS}`])
  t.sandbox.faults.clear()
  // Another endpoint's yes says nothing of this one.
  await ask()
  await t.advance(5 * MINUTE_MS)
  expect(await keys()).toHaveLength(1)
  await listTags()
  await t.advance(MINUTE_MS)
  expect(await keys()).toEqual([])

  t.sandbox.faults.set({ path: TAGS, errcode: 48002, times: 1 })
  await listTags()
  await listTags()
  await t.advance(5 * MINUTE_MS)
  expect(await keys()).toEqual([])
})

it.each([48002, 60011, 50002])('a member whom the app need not see (%i) is none', async (errcode) => {
  t = await buildTestApp()
  t.sandbox.faults.set({ path: 'user/get', errcode })
  await ask()
  await t.advance(2 * MINUTE_MS)
  expect(await keys()).toEqual([])
})

it('an alert that another process took for mended opens again while this one is refused', async () => {
  t = await buildTestApp()
  t.sandbox.faults.set({ path: TAGS, errcode: 48002 })
  await listTags()
  await t.advance(2 * MINUTE_MS)
  const [alert] = await open()
  await t.db.tx((tx) => t.huoshui.alerts.resolve(tx, alert?.key ?? ''))
  await t.advance(MINUTE_MS)
  await listTags()
  await t.advance(MINUTE_MS)
  expect(await keys()).toEqual([`platform.refused:48002:/cgi-bin/${TAGS}`])
})

it('what a process before this one was refused is over when such calls go through', async () => {
  t = await buildTestApp()
  const raise = (key: string) =>
    t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key, text: '拒绝', todo: '修', atMs: t.clock.now() - MINUTE_MS }))
  await t.settle()
  for (const of of ['40001', '48002:/cgi-bin/user/get', '48002:/cgi-bin/media/upload'])
    await raise(`platform.refused:${of}`)
  await ask()
  await t.advance(MINUTE_MS)
  expect(await keys()).toEqual(['platform.refused:48002:/cgi-bin/media/upload'])
})

const welcome = (text: string) => ({ 'welcomes/欢迎.yaml': `welcome: 欢迎\ndefault: true\n${text}: 您好\n` })
async function save(text: string, more: Record<string, string> = {}): Promise<void> {
  t.clock.advance(10 * SECOND_MS)
  t.writeConfig({ ...welcome(text), ...more })
  await t.huoshui.rules.check()
  await t.settle()
}
/** Who was told of faults, one line a message: whom, and the line in it that names the first fault. */
const toldOfFaults = () =>
  t.sandbox.calls('message/send').flatMap(({ body }) => {
    const { touser, text } = body as { touser: string; text: { content: string } }
    return text.content.includes('规则文件有错') ? [`${touser} ${text.content.split('\n')[1]}`] : []
  })

it('a rule file with a fault is told once, however often it is looked at, until it is mended', async () => {
  t = await buildTestApp({ config: welcome('text'), env: { ALERT_USERIDS: 'zhangsan' } })
  await save('txt')
  await t.huoshui.rules.check()
  expect(await open()).toMatchObject([
    { key: 'rules.faults', text: expect.stringContaining('welcomes/欢迎.yaml:3:1 不认识「txt」') },
  ])
  expect(toldOfFaults()).toHaveLength(1)
  await save('text')
  expect(await keys()).toEqual([])
  await save('txt')
  expect(toldOfFaults()).toHaveLength(2)
})

it('whoever saved it hears of it too, and other faults are told again', async () => {
  t = await buildTestApp({ config: welcome('text'), env: { ALERT_USERIDS: 'zhangsan' } })
  await t.sandbox.scan({ userId: 'lisi' })
  await t.settle()
  await t.db.tx(async (tx) => {
    const row = { known_at: 1, is_guide: 0, state: 'active' as const }
    await tx.upsert(STAFF, [{ userid: 'lisi', name: '李四', ...row }], ['userid'])
    // Two of one name: nobody knows whom it means.
    await tx.insertIgnore(STAFF, [
      { userid: 'wang1', name: '王芳', ...row },
      { userid: 'wang2', name: '王芳', ...row },
    ])
  })
  await save('txt', { '.author': '李四\n' })
  expect(toldOfFaults().sort()).toEqual([
    expect.stringMatching(/^lisi welcomes.*不认识「txt」/),
    expect.stringMatching(/^zhangsan welcomes.*不认识「txt」/),
  ])
  await save('txet', { '.author': '王芳\n' })
  expect(toldOfFaults().slice(2)).toEqual([expect.stringMatching(/^zhangsan welcomes.*不认识「txet」/)])
  await save('txet', { '.author': 'LISI\n' })
  expect(toldOfFaults()).toHaveLength(3)
  await save('wenzi', { '.author': 'LISI\n' })
  expect(
    toldOfFaults()
      .slice(3)
      .map((line) => line.split(' ')[0])
      .sort(),
  ).toEqual(['lisi', 'zhangsan'])
})
