import { afterEach, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { openSidebarDesk, type SidebarDesk } from '../../sidebar-api/testing/sidebar-desk.ts'

const SEND = 'send: 日报\naudience: { follow.active: true }\ncontent: { text: 今天牛排半价 }\ncron: "30 10 21 11 *"\n'

let desk: SidebarDesk
afterEach(() => desk.close())

test('a customer is contacted by the welcome, a mass-send that arrived, a script and a to-do, each once', async () => {
  desk = await openSidebarDesk()
  desk.writeConfig({ 'sends/daily.yaml': SEND })
  // Not when the folder has been quiet for a while by the clock on the wall.
  await desk.huoshui.rules.check()
  const { externalUserId } = desk
  const paths = ['contacts.daysSinceLast', 'contacts.count7d', 'contacts.count30d']
  const known = async (): Promise<unknown[]> => {
    const found = await desk.db.tx((tx) => desk.huoshui.facts.of(tx, [externalUserId], desk.clock.now(), paths))
    return paths.map((path) => found.get(externalUserId)?.get(path))
  }
  expect(await known()).toEqual([0, 1, 1])

  const zhangsan = await desk.as('zhangsan')
  const of = `customers/${externalUserId}`
  await zhangsan.post(`${of}/sent`, { key: 'a-key-0001', scriptId: 'hello' })
  await zhangsan.post(`${of}/sent`, { key: 'a-key-0001', scriptId: 'hello' })
  expect(await known()).toEqual([0, 2, 2])

  await desk.pay('MY-1')
  const [task] = (await zhangsan.get(`${of}/tasks`)).body.tasks
  await zhangsan.post(`${of}/sent`, { key: 'a-key-0002', scriptId: 'join-paid', taskId: task.id })
  await zhangsan.post(`${of}/tasks/${task.id}/done`, {})
  await zhangsan.post(`${of}/tasks/${task.id}/done`, {})
  expect(await known()).toEqual([0, 3, 3])

  await desk.advance(DAY_MS)
  await desk.advance(30 * MINUTE_MS)
  const [waiting] = desk.sandbox.pendingMassSends('zhangsan')
  expect(await known()).toEqual([1, 3, 3])
  await desk.sandbox.confirmMassSend({ msgid: waiting?.msgid ?? '', userId: 'zhangsan' })
  for (let minute = 0; minute < 3; minute++) await desk.advance(5 * MINUTE_MS)
  expect(await known()).toEqual([0, 4, 4])

  await desk.advance(7 * DAY_MS)
  expect(await known()).toEqual([7, 0, 4])
  expect(await desk.rows('SELECT kind FROM contact ORDER BY id')).toEqual(
    ['welcome', 'script', 'task', 'send'].map((kind) => ({ kind })),
  )
})
