import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Profile } from './contract.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

/** "Why was there no welcome?", as the guide sees it. */
const SEND = 'externalcontact/send_welcome_msg'
const SECOND_MS = 1_000

let scene: SidebarScene
beforeEach(async () => {
  scene = await openSidebarScene()
})
afterEach(() => scene.close())

async function welcomeOf(scan: Parameters<SidebarScene['sandbox']['scan']>[0], seconds = 0) {
  const { externalUserId } = await scene.sandbox.scan({ state: 'parcel-card', ...scan })
  await scene.settle()
  for (let second = 0; second < seconds; second++) await scene.advance(SECOND_MS)
  const zhangsan = await scene.as('zhangsan')
  const { body } = await zhangsan.get<Profile>(`customers/${externalUserId}`)
  return body.welcome
}

test('it is on its way while the platform is busy, and late after 20 seconds', async () => {
  scene.sandbox.faults.set({ path: SEND, errcode: 41096 })
  expect(await welcomeOf({})).toMatchObject({ state: 'waiting', text: '欢迎语正在发送' })
  expect(await welcomeOf({}, 25)).toEqual({
    state: 'not-sent',
    text: '未发送欢迎语：超过 20 秒没能发出，其他应用一直在发送',
    atMs: null,
  })
})

test('another app was first', async () => {
  scene.sandbox.faults.set({ path: SEND, errcode: 41051 })
  expect(await welcomeOf({})).toMatchObject({ state: 'not-sent', text: expect.stringContaining('其他应用已先发送') })
})

test('WeCom gave no code', async () => {
  const given = await welcomeOf({ withoutWelcomeCode: true })
  expect(given).toMatchObject({ state: 'not-sent', text: expect.stringContaining('没有给欢迎语凭证') })
})

test('a call that was cut off is not told as sent', async () => {
  scene.sandbox.faults.set({ path: SEND, http: 502 })
  expect(await welcomeOf({}, 25)).toEqual({
    state: 'unsure',
    text: '欢迎语不确定是否发出（发送途中断线），请看一眼聊天记录',
    atMs: null,
  })
})
