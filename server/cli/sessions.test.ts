import { afterEach, beforeEach, expect, it } from 'vitest'
import { HOUR_MS } from '../core/kernel/shanghai.ts'
import { openSidebarScene, type SidebarScene } from '../sidebar-api/testing/sidebar-scene.ts'
import { runCommand } from '../testing/run-command.ts'
import { sessionsProgram } from './sessions.ts'

let scene: SidebarScene
beforeEach(async () => {
  scene = await openSidebarScene()
})
afterEach(() => scene.close())
const run = (...words: string[]) => runCommand(sessionsProgram, words, scene)
const idsOf = (out: string): string[] => [...out.matchAll(/^\s*([a-z0-9]{24})\s/gm)].map(([, id = '']) => id)

it('lists who is logged in, with since when; nobody before and after', async () => {
  expect(await run()).toMatchObject({ code: 0, out: '没有人登录着。' })
  await scene.as('zhangsan')
  scene.clock.advance(HOUR_MS)
  await scene.as('lisi')
  const { out } = await run()
  expect(out).toMatch(/^\s*[a-z0-9]{24}\s+李四（lisi）\s+2026-11-20 11:03\s+2026-11-20 11:03\s*$/m)
  expect(out).toMatch(/^\s*[a-z0-9]{24}\s+张三（zhangsan）\s+2026-11-20 10:03\s+2026-11-20 10:03\s*$/m)
  expect(JSON.parse((await run('--json')).out)).toMatchObject({
    sessions: [{ userId: 'lisi' }, { userId: 'zhangsan' }],
  })
  expect((await run('--csv')).out).toContain('"李四（lisi）"')
  scene.clock.advance(5 * HOUR_MS)
  expect((await run()).out).toBe('没有人登录着。')
})

it('ends one, those of a guide by name, or all, and says how many', async () => {
  const [one, other, lisi] = [await scene.as('zhangsan'), await scene.as('zhangsan'), await scene.as('lisi')]
  const statuses = async () => [one, other, lisi].map(async (browser) => (await browser.get('me')).status)
  const [first = ''] = idsOf((await run()).out)
  expect(await run('end', first)).toMatchObject({ code: 0, out: '结束了 1 个登录。' })
  expect((await Promise.all(await statuses())).filter((status) => status === 200)).toHaveLength(2)
  expect(await run('end', first)).toMatchObject({ code: 1, err: expect.stringContaining(`没有编号是「${first}」`) })
  expect((await run('end', '--guide', '李四')).code).toBe(0)
  expect((await lisi.get('me')).status).toBe(401)
  expect((await run('end', '--guide', '李四')).out).toBe('本来就没有登录着。')
  await run('end', '--all')
  expect(await Promise.all(await statuses())).toEqual([401, 401, 401])
})

it('ends nothing where it is not said clearly what', async () => {
  const guide = await scene.as('zhangsan')
  expect((await run('end')).code).toBe(2)
  expect((await run('end', 'x', '--all')).code).toBe(2)
  expect((await run('end', '--guide', '王五')).code).toBe(1)
  expect((await guide.get('me')).status).toBe(200)
})
