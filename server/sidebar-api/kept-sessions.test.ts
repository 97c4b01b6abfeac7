import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { keptSessions } from './kept-sessions.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
beforeEach(async () => {
  scene = await openSidebarScene()
})
afterEach(() => scene.close())

const open = () => scene.db.tx((tx) => keptSessions.open(tx, scene.clock.now()))

test('who logs out is out, also with a cookie that was kept; other sessions go on', async () => {
  const desk = await scene.as('zhangsan')
  const phone = await scene.as('zhangsan')
  const kept = desk.cookies.get('huoshui_session') ?? ''
  expect((await desk.post('logout', {}, {})).status).toBe(403)
  expect((await desk.post('logout', {})).status).toBe(200)
  expect(desk.cookies.has('huoshui_session')).toBe(false)
  desk.cookies.set('huoshui_session', kept)
  expect((await desk.get('me')).status).toBe(401)
  expect((await desk.post('logout', {})).status).toBe(200)
  expect((await phone.get('me')).status).toBe(200)
})

test('one session, one guide’s, or all of them can be ended from elsewhere', async () => {
  const desk = await scene.as('zhangsan')
  const phone = await scene.as('zhangsan')
  const other = await scene.as('lisi')
  const states = async () =>
    [await desk.get('me'), await phone.get('me'), await other.get('me')].map((one) => one.status)
  const now = scene.clock.now()
  const ids = (await open()).filter(({ userId }) => userId === 'zhangsan').map(({ id }) => id)
  expect(ids).toHaveLength(2)
  expect(await scene.db.tx((tx) => keptSessions.end(tx, ids[0] ?? '', now))).toBe(true)
  expect(await scene.db.tx((tx) => keptSessions.end(tx, ids[0] ?? '', now))).toBe(false)
  expect((await states()).filter((status) => status === 200)).toHaveLength(2)
  expect(await scene.db.tx((tx) => keptSessions.endAll(tx, 'zhangsan', now))).toBe(1)
  expect(await states()).toEqual([401, 401, 200])
  expect(await scene.db.tx((tx) => keptSessions.endAll(tx, undefined, now))).toBe(1)
  expect(await states()).toEqual([401, 401, 401])
  expect(await open()).toEqual([])
})

test('a session that is left alone for four hours is over; one that is used lasts twelve', async () => {
  const idle = await scene.as('zhangsan')
  const used = await scene.as('lisi')
  for (let hours = 0; hours < 4; hours++) {
    scene.clock.advance(HOUR_MS)
    expect((await used.get('me')).status).toBe(200)
  }
  expect((await open()).map(({ userId }) => userId).sort()).toEqual(['lisi', 'zhangsan'])
  scene.clock.advance(MINUTE_MS)
  expect((await idle.get('me')).status).toBe(401)
  expect((await open()).map(({ userId }) => userId)).toEqual(['lisi'])
  for (let hours = 4; hours < 11; hours++) {
    scene.clock.advance(HOUR_MS)
    expect([hours, (await used.get('me')).status]).toEqual([hours, 200])
  }
  scene.clock.advance(HOUR_MS)
  expect((await used.get('me')).status).toBe(401)
})

test('what is older than ninety days is forgotten, what is younger is not', async () => {
  await scene.as('zhangsan')
  scene.clock.advance(2 * DAY_MS)
  await scene.as('lisi')
  scene.clock.advance(88 * DAY_MS + 1)
  await scene.db.tx((tx) => keptSessions.forget(tx, scene.clock.now()))
  expect(await scene.rawRows('SELECT userid FROM sidebar_session')).toEqual([{ userid: 'lisi' }])
})
