import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { OWN_KIND } from '../operations/tasks/remind-own.ts'
import type { Tasks } from './contract.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
let zhangsan: Browser
let of: string
beforeAll(async () => {
  scene = await openSidebarScene()
  zhangsan = await scene.as('zhangsan')
  of = `customers/${scene.externalUserId}`
})
afterAll(() => scene.close())

const tasks = async () => (await zhangsan.get<Tasks>(`${of}/tasks`)).body.tasks
const titles = async () => (await tasks()).map((task) => task.title)
async function open(title: string, more: object = {}): Promise<string> {
  const { externalUserId } = scene
  const asked = { key: title, externalUserId, userId: 'zhangsan', kind: 'sop', title, reason: { text: '试一试' } }
  await scene.db.tx((tx) => scene.huoshui.tasks.open(tx, { ...asked, ...more }))
  const found = (await tasks()).find((task) => task.title === title)
  if (found === undefined) throw new Error(`no to-do ${title}`)
  return found.id
}
const told = () => scene.sandbox.calls('message/send').length

test('not now: it goes and comes back then, with its time moved on, and its guide is told once more', async () => {
  const now = scene.clock.now()
  const id = await open('回访', { dueAtMs: now + HOUR_MS })
  await scene.advance(MINUTE_MS)
  const before = told()
  const untilMs = scene.clock.now() + 3 * HOUR_MS
  const later = () => zhangsan.post(`${of}/tasks/${id}/later`, { untilMs })
  expect([(await later()).status, (await later()).status]).toEqual([200, 200])
  expect(await titles()).toEqual([])
  await scene.advance(3 * HOUR_MS - MINUTE_MS)
  expect(await titles()).toEqual([])
  await scene.advance(MINUTE_MS)
  await scene.advance(MINUTE_MS)
  expect(await tasks()).toMatchObject([{ title: '回访', dueAtMs: untilMs }])
  expect(told()).toBe(before + 1)
  expect((await scene.timelineOf(scene.externalUserId)).filter((line) => line.startsWith('待办推到'))).toEqual([
    '待办推到 11-20 13:04：回访',
  ])
  await zhangsan.post(`${of}/tasks/${id}/done`, {})
})

test.each([
  ['the past', -1],
  ['more than sixty days', 60 * DAY_MS + 1],
])('not to %s', async (_when, ms) => {
  const id = await open(`改期 ${ms}`)
  const refused = await zhangsan.post(`${of}/tasks/${id}/later`, { untilMs: scene.clock.now() + ms })
  expect(refused).toMatchObject({ status: 400, body: { code: 'sidebar.no-such-time' } })
  expect(await titles()).toEqual([`改期 ${ms}`])
  await zhangsan.post(`${of}/tasks/${id}/done`, {})
})

test('what was put off is not done by others, and goes with the friendship', async () => {
  const id = await open('给李四看')
  const lisi = await scene.as('lisi')
  const untilMs = scene.clock.now() + HOUR_MS
  expect((await lisi.post(`${of}/tasks/${id}/later`, { untilMs })).status).toBe(403)
  await zhangsan.post(`${of}/tasks/${id}/later`, { untilMs })
  expect((await zhangsan.post(`${of}/tasks/${id}/done`, {})).status).toBe(200)
  await scene.advance(HOUR_MS)
  expect(await titles()).toEqual([])
})

test('wrong: it is dropped with the guide’s words, for whoever keeps the rules', async () => {
  const id = await open('劝他买')
  expect((await zhangsan.post(`${of}/tasks/${id}/wrong`, { note: ' 他刚退过款 ' })).status).toBe(200)
  expect(await titles()).toEqual([])
  expect(await scene.timelineOf(scene.externalUserId)).toContain('待办已取消：劝他买（导购说不该派：他刚退过款）')
})

test('done without anything sent is noted as such; what was sent stands on the to-do', async () => {
  const first = await open('邀请他', { scriptId: 'hello' })
  expect(await tasks()).toMatchObject([{ asksForMessage: true, sentAtMs: null }])
  await zhangsan.post(`${of}/tasks/${first}/done`, {})
  const second = await open('再邀请他', { scriptId: 'hello' })
  await zhangsan.post(`${of}/sent`, { key: 'a-key-0100', scriptId: 'hello', taskId: second })
  expect(await tasks()).toMatchObject([{ asksForMessage: true, sentAtMs: scene.clock.now() }])
  await zhangsan.post(`${of}/tasks/${second}/done`, {})
  const third = await open('打个电话')
  expect(await tasks()).toMatchObject([{ asksForMessage: false, sentAtMs: null }])
  await zhangsan.post(`${of}/tasks/${third}/done`, {})
  const lines = await scene.timelineOf(scene.externalUserId)
  for (const line of [
    '待办已完成：邀请他（没有从侧边栏发过，导购说已经做了）',
    '待办已完成：再邀请他',
    '待办已完成：打个电话',
  ])
    expect(lines).toContain(line)
})

test('the timeline tells what people did from what rules decided', async () => {
  await scene.pay('MY-9')
  type Page = { entries: { kind: string; isRule: boolean }[] }
  const page = async (only = '') => (await zhangsan.get<Page>(`${of}/timeline${only}`)).body.entries
  const all = await page()
  const isRule = (kind: string) => all.filter((one) => one.kind === kind).map((one) => one.isRule)
  expect(new Set(isRule('order.paid'))).toEqual(new Set([false]))
  expect(new Set(isRule('task.opened'))).toEqual(new Set([true]))
  // By the channel's rule.
  expect(new Set(isRule('tag.changed'))).toEqual(new Set([true]))
  expect(new Set((await page('?only=orders')).map((one) => one.kind))).toEqual(new Set(['order.paid']))
  expect((await page('?only=people')).map((one) => one.kind)).not.toContain('task.opened')
  expect((await zhangsan.get(`${of}/timeline?only=rules`)).status).toBe(400)
})

test('what a colleague who is a friend, too, is asked for is told; what they wrote to themselves is not', async () => {
  const { externalUserId } = scene
  await scene.sandbox.scan({ userId: 'lisi', externalUserId })
  await scene.settle()
  const ask = (title: string, kind: string) => {
    const asked = { key: title, externalUserId, userId: 'lisi', kind, title, reason: { text: '试一试' } }
    return scene.db.tx((tx) => scene.huoshui.tasks.open(tx, asked))
  }
  await ask('请她进群', 'sop')
  await ask('问她孩子的事', OWN_KIND)
  const lisi = await scene.as('lisi')
  const { tasks: theirs, others } = (await lisi.get<Tasks>(`${of}/tasks`)).body
  expect(theirs.map(({ title }) => title)).toEqual(['请她进群', '问她孩子的事'])
  const mine = (await zhangsan.get<Tasks>(`${of}/tasks`)).body
  expect(mine.others).toEqual([{ guide: '李四', title: '请她进群' }])
  expect(others).toEqual(mine.tasks.map(({ title }) => ({ guide: '张三', title })))
  for (const { id } of theirs) await lisi.post(`${of}/tasks/${id}/done`, {})
  expect((await zhangsan.get<Tasks>(`${of}/tasks`)).body.others).toEqual([])
})
