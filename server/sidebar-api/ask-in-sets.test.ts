import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PageVersion, Profile } from './contract.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

/** Those who ask for a version within a moment are answered together: each what is theirs, and nobody what another may. */

let scene: SidebarScene
let zhangsan: Browser
let lisi: Browser
let of: { zhangsan: string; lisi: string }
beforeAll(async () => {
  scene = await openSidebarScene()
  zhangsan = await scene.as('zhangsan')
  lisi = await scene.as('lisi')
  const { externalUserId } = await scene.sandbox.scan({ userId: 'lisi', name: '安安' })
  await scene.settle()
  await scene.settle()
  of = { zhangsan: scene.externalUserId, lisi: externalUserId }
})
afterAll(() => scene.close())

const version = (browser: Browser, id: string) => browser.get<PageVersion>(`customers/${id}/version`)
const profile = async (browser: Browser, id: string) => (await browser.get<Profile>(`customers/${id}`)).body.version

test('each gets the version of their own customer, whoever else is in the set', async () => {
  const answers = await Promise.all([
    version(zhangsan, of.zhangsan),
    version(lisi, of.lisi),
    version(zhangsan, of.zhangsan),
  ])
  const [mine, theirs, again] = answers.map(({ body }) => body.version)
  expect(mine).toBe(await profile(zhangsan, of.zhangsan))
  expect(theirs).toBe(await profile(lisi, of.lisi))
  expect([again, mine === theirs]).toEqual([mine, false])
})

test('a stranger, another’s customer and nobody’s are refused in the midst of those who may', async () => {
  const ended = await scene.as('zhangsan')
  const kept = new Map(ended.cookies)
  await ended.post('logout', {})
  for (const [name, value] of kept) ended.cookies.set(name, value)
  const answers = await Promise.all([
    version(zhangsan, of.zhangsan),
    version(ended, of.zhangsan),
    version(lisi, of.zhangsan),
    version(zhangsan, of.lisi),
    version(zhangsan, 'wmNobody'),
    version(lisi, of.lisi),
  ])
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 403, 403, 403, 200])
})

test('a guide who was renamed since the login, and one who was deleted by the customer, look on', async () => {
  await scene.sandbox.renameStaff({ userId: 'lisi', newUserId: 'lisi2' })
  await scene.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: of.zhangsan })
  await scene.settle()
  await scene.settle()
  const answers = await Promise.all([version(lisi, of.lisi), version(zhangsan, of.zhangsan)])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
})

test('a member who has left is out with the next question', async () => {
  await scene.sandbox.removeStaff({ userId: 'zhangsan' })
  await scene.settle()
  await scene.settle()
  expect((await version(zhangsan, of.zhangsan)).status).toBe(401)
})
