import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import type { Notes, Profile, Tasks } from './contract.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'
import { openTwoStores, type TwoStores } from './testing/two-stores.ts'

let scene: SidebarScene
let zhangsan: Browser
let of: string
beforeAll(async () => {
  scene = await openSidebarScene()
  zhangsan = await scene.as('zhangsan')
  of = `customers/${scene.externalUserId}`
})
afterAll(() => scene.close())

const notes = async (who = zhangsan) => (await who.get<Notes>(`${of}/notes`)).body
const texts = async () => (await notes()).notes.map((note) => note.text)
const pinned = async () => (await zhangsan.get<Profile>(of)).body.pinned
const write = (text: string, more: object = {}, who = zhangsan) => who.post(`${of}/notes`, { text, ...more })
const idOf = async (text: string) => (await notes()).notes.find((note) => note.text === text)?.id ?? '0'

test('a note is there for every guide of the customer, with who wrote it, and on the timeline', async () => {
  expect((await write(' 孩子对花生过敏 ')).status).toBe(200)
  expect((await notes()).notes).toMatchObject([
    { text: '孩子对花生过敏', by: '张三', isOwn: true, isPinned: false, atMs: scene.clock.now() },
  ])
  expect(await scene.timelineOf(scene.externalUserId)).toContain('张三记：孩子对花生过敏')
  await scene.sandbox.scan({ externalUserId: scene.externalUserId, userId: 'lisi' })
  await scene.settle()
  const lisi = await scene.as('lisi')
  expect((await notes(lisi)).notes).toMatchObject([{ by: '张三', isOwn: false }])
})

test('told twice under one key it is one note; under another it is another', async () => {
  const twice = { key: 'a-note-00001' }
  await write('家里有烤箱', twice)
  await write('家里有烤箱', twice)
  expect((await texts()).filter((text) => text === '家里有烤箱')).toHaveLength(1)
  await write('家里有烤箱', { key: 'a-note-00002' })
  expect((await texts()).filter((text) => text === '家里有烤箱')).toHaveLength(2)
})

test('of each customer one note stands above the others, and the page learns of it', async () => {
  const version = async () => (await zhangsan.get<{ version: string }>(`${of}/version`)).body.version
  await write('周三取货', { isPinned: true })
  const before = await version()
  expect(await pinned()).toMatchObject({ text: '周三取货', by: '张三' })
  scene.clock.advance(MINUTE_MS)
  await zhangsan.post(`${of}/notes/${await idOf('孩子对花生过敏')}/pin`, { isPinned: true })
  expect(await pinned()).toMatchObject({ text: '孩子对花生过敏' })
  expect(await version()).not.toBe(before)
  expect((await notes()).notes.filter((note) => note.isPinned)).toHaveLength(1)
  scene.clock.advance(MINUTE_MS)
  for (const _ of [1, 2]) await zhangsan.post(`${of}/notes/${await idOf('孩子对花生过敏')}/pin`, { isPinned: false })
  expect(await pinned()).toBeNull()
})

test('who wrote it takes it back, nobody else; its words are nowhere then, not even when it arrives once more', async () => {
  await write('写错人了', { key: 'a-note-00003', isPinned: true })
  const path = `${of}/notes/${await idOf('写错人了')}/remove`
  const lisi = await scene.as('lisi')
  expect(await lisi.post(path, {})).toMatchObject({ status: 409, body: { code: 'sidebar.not-your-words' } })
  expect((await zhangsan.post(path, {})).status).toBe(200)
  expect((await zhangsan.post(path, {})).status).toBe(404)
  await write('写错人了', { key: 'a-note-00003' })
  expect(await texts()).not.toContain('写错人了')
  expect(await pinned()).toBeNull()
  const lines = await scene.timelineOf(scene.externalUserId)
  expect(lines).toContain('张三记过一条，后来删了')
  expect(lines.join()).not.toContain('写错人了')
  expect(JSON.stringify(await scene.rawRows('SELECT * FROM customer_note'))).not.toContain('写错人了')
})

test.each([
  ['blanks', { text: '   ' }, 400],
  ['too long', { text: '好'.repeat(501) }, 400],
])('%s are no note', async (_what, body, status) => {
  expect((await zhangsan.post(`${of}/notes`, body)).status).toBe(status)
})

test('a phone is masked in the note, on the timeline and in the audit', async () => {
  await write('她先生的手机 13812345678 收货')
  const kept = await scene.rawRows('SELECT body FROM customer_note')
  const lines = await scene.timelineOf(scene.externalUserId)
  const audit = [
    ...(await scene.rawRows('SELECT * FROM audit_note')),
    ...(await scene.rawRows('SELECT * FROM audit_detail')),
  ]
  expect(JSON.stringify([kept, lines, audit])).not.toContain('13812345678')
  expect(JSON.stringify(audit)).toContain('她先生的手机')
})

test('more than a page of notes is read on, and the true total is told', async () => {
  const { total } = await notes()
  for (let n = 0; n < 21; n++) await write(`第 ${n} 条`)
  const first = await notes()
  expect([first.notes.length, first.total]).toEqual([20, total + 21])
  const { body } = await zhangsan.get<Notes>(`${of}/notes?before=${first.nextBefore}`)
  expect(new Set([...first.notes, ...body.notes].map((note) => note.id)).size).toBe(total + 21)
  expect(body.nextBefore).toBeNull()
})

test('a reminder comes on its morning as a to-do, once, and its guide is told then and not before', async () => {
  const told = () => scene.sandbox.calls('message/send').length
  const tasks = async () => (await zhangsan.get<Tasks>(`${of}/tasks`)).body.tasks
  const before = told()
  // 2026-11-20, ten in the morning.
  const body = { text: '问她吃得怎么样', on: '2026-11-23', key: 'a-reminder-01' }
  for (const _ of [1, 2]) expect((await zhangsan.post(`${of}/reminders`, body)).status).toBe(200)
  expect((await notes()).reminders).toMatchObject([
    { title: '问她吃得怎么样', atMs: Date.parse('2026-11-23T23:59:59.999+08:00') },
  ])
  expect(await tasks()).toEqual([])
  await scene.advance(3 * DAY_MS - 90 * MINUTE_MS)
  await scene.advance(MINUTE_MS)
  zhangsan = await scene.as('zhangsan')
  expect([await tasks(), told()]).toEqual([[], before])
  await scene.advance(HOUR_MS)
  await scene.advance(MINUTE_MS)
  expect(await tasks()).toMatchObject([{ title: '问她吃得怎么样', kind: 'own' }])
  expect(told()).toBe(before + 1)
  expect((await notes()).reminders).toEqual([])
  expect((await zhangsan.post(`${of}/tasks/${(await tasks())[0]?.id}/done`, {})).status).toBe(200)
})

test('a reminder is taken back before its day', async () => {
  await zhangsan.post(`${of}/reminders`, { text: '问问烤箱', on: '2026-12-24' })
  const [one] = (await notes()).reminders
  expect((await zhangsan.post(`${of}/tasks/${one?.id}/wrong`, {})).status).toBe(200)
  expect((await notes()).reminders).toEqual([])
  expect(await scene.timelineOf(scene.externalUserId)).toContain('待办已取消：问问烤箱（导购自己取消）')
})

test.each(['2026-11-19', '2026-02-30', '2028-01-01', '2026-13-01'])('no reminder on %s', async (on) => {
  expect(await zhangsan.post(`${of}/reminders`, { text: '问问', on })).toMatchObject({
    status: 400,
    body: { code: 'sidebar.no-such-day' },
  })
})

test('after the end of a friendship the notes of that time are read, later ones of others are not, and none is written', async () => {
  await scene.sandbox.deleteGuide({ externalUserId: scene.externalUserId, userId: 'zhangsan' })
  await scene.settle()
  scene.clock.advance(MINUTE_MS)
  const lisi = await scene.as('lisi')
  await write('后来才知道的', {}, lisi)
  expect((await write('我也记', {})).body).toMatchObject({ code: 'sidebar.read-only' })
  const { notes: lines, total } = await notes()
  expect(lines.map((note) => note.text)).not.toContain('后来才知道的')
  expect((await notes(lisi)).total).toBe(total + 1)
})

test('a lead writes in the guide’s place under their own name, and sets no reminder for them', async () => {
  const two: TwoStores = await openTwoStores()
  try {
    const lead = await two.as('dianzhang')
    const path = `customers/${two.customers.zhangsan}`
    expect((await lead.post(`${path}/notes`, { text: '下周回访' })).status).toBe(200)
    expect(await lead.post(`${path}/reminders`, { text: '回访', on: '2026-11-25' })).toMatchObject({
      body: { code: 'sidebar.read-only' },
    })
    const guide = await two.as('zhangsan')
    const { body } = await guide.get<Notes>(`${path}/notes`)
    expect(body.notes).toMatchObject([{ text: '下周回访', isOwn: false }])
    expect(body.notes[0]?.by).not.toBe('张三')
  } finally {
    await two.close()
  }
})
