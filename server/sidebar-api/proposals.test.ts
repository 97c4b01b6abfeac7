import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Proposals, Tasks } from './contract.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene

beforeAll(async () => {
  scene = await openSidebarScene()
})
afterAll(() => scene.close())

test('what an open to-do says is proposed only once the to-do is done', async () => {
  const zhangsan = await scene.as('zhangsan')
  const of = `customers/${scene.externalUserId}`
  const ids = async (): Promise<string[]> =>
    (await zhangsan.get<Proposals>(`${of}/proposals`)).body.proposals.map((one) => one.script.id)

  await scene.pay('MY-1')
  const [task] = (await zhangsan.get<Tasks>(`${of}/tasks`)).body.tasks
  expect(task).toMatchObject({ title: '邀请进「付费群」', script: { id: 'join-paid' } })
  expect(await ids()).toEqual(['coupon'])

  await zhangsan.post(`${of}/tasks/${task?.id}/done`, {})
  expect(await ids()).toEqual(['coupon', 'join-paid'])
})
