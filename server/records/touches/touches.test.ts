import { afterEach, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Tasks } from '../../sidebar-api/contract.ts'
import { openSidebarScene, type SidebarScene } from '../../sidebar-api/testing/sidebar-scene.ts'

const SEND = 'send: 日报\naudience: { follow.active: true }\ncontent: { text: 今天牛排半价 }\ncron: "30 10 21 11 *"\n'

let scene: SidebarScene
afterEach(() => scene.close())

test('a customer is contacted by the welcome, a mass-send that arrived, a script and a to-do, each once', async () => {
  scene = await openSidebarScene()
  scene.writeConfig({ 'sends/daily.yaml': SEND })
  // Not when the folder has been quiet for a while by the clock on the wall.
  await scene.huoshui.rules.check()
  const { externalUserId } = scene
  const paths = ['contacts.daysSinceLast', 'contacts.count7d', 'contacts.count30d']
  const known = async (): Promise<unknown[]> => {
    const found = await scene.db.tx((tx) => scene.huoshui.facts.of(tx, [externalUserId], scene.clock.now(), paths))
    return paths.map((path) => found.get(externalUserId)?.get(path))
  }
  expect(await known()).toEqual([0, 1, 1])

  const zhangsan = await scene.as('zhangsan')
  const of = `customers/${externalUserId}`
  await zhangsan.post(`${of}/sent`, { key: 'a-key-0001', scriptId: 'hello' })
  await zhangsan.post(`${of}/sent`, { key: 'a-key-0001', scriptId: 'hello' })
  expect(await known()).toEqual([0, 2, 2])

  await scene.pay('MY-1')
  const [task] = (await zhangsan.get<Tasks>(`${of}/tasks`)).body.tasks
  await zhangsan.post(`${of}/sent`, { key: 'a-key-0002', scriptId: 'join-paid', taskId: task?.id })
  await zhangsan.post(`${of}/tasks/${task?.id}/done`, {})
  await zhangsan.post(`${of}/tasks/${task?.id}/done`, {})
  expect(await known()).toEqual([0, 3, 3])

  await scene.advance(DAY_MS)
  await scene.advance(30 * MINUTE_MS)
  const [waiting] = scene.sandbox.pendingMassSends('zhangsan')
  expect(await known()).toEqual([1, 3, 3])
  await scene.sandbox.confirmMassSend({ msgid: waiting?.msgid ?? '', userId: 'zhangsan' })
  for (let minute = 0; minute < 3; minute++) await scene.advance(5 * MINUTE_MS)
  expect(await known()).toEqual([0, 4, 4])

  await scene.advance(7 * DAY_MS)
  expect(await known()).toEqual([7, 0, 4])
  expect(await scene.rawRows('SELECT kind FROM touch ORDER BY id')).toEqual(
    ['welcome', 'script', 'task', 'send'].map((kind) => ({ kind })),
  )
})
