import { afterEach, expect, it } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

const CONFIG = { 'welcomes/欢迎.yaml': 'welcome: 欢迎\ndefault: true\ntext: 您好\n' }
const SEND = 'externalcontact/send_welcome_msg'

let t: TestApp
afterEach(() => t.close())

const asked = async () =>
  (
    await t.rawRows<{ title: string; userid: string; state: string }>('SELECT title, userid, state FROM guide_task')
  ).map((task) => `${task.userid} ${task.title} ${task.state}`)

it.each([
  ['refused for good', { errcode: 40058 }],
  ['by a WeCom that trusts our address no more, until it was too late', { errcode: 60020 }],
  ['while another app went on sending', { errcode: 41096 }],
])('a welcome %s is a to-do within a minute, once, and away with the customer', async (_how, fault) => {
  t = await buildTestApp({ config: CONFIG })
  t.sandbox.faults.set({ path: SEND, ...fault })
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  for (let second = 0; second < 30; second++) await t.advance(SECOND_MS)
  t.sandbox.redeliver()
  await t.settle()
  expect(await asked()).toEqual(['zhangsan 打个招呼：欢迎语没有发出去 open'])
  await t.advance(MINUTE_MS)
  await t.sandbox.deleteGuide({ externalUserId, userId: 'zhangsan' })
  await t.settle()
  expect(await asked()).toEqual(['zhangsan 打个招呼：欢迎语没有发出去 dropped'])
})

it.each([
  ['went out', {}],
  ['was said by another app, or they were talking', { path: SEND, errcode: 41051 }],
])('a welcome that %s asks nobody for anything', async (_how, fault) => {
  t = await buildTestApp({ config: CONFIG })
  if ('path' in fault) t.sandbox.faults.set(fault)
  await t.sandbox.scan({ userId: 'zhangsan' })
  for (let second = 0; second < 30; second++) await t.advance(SECOND_MS)
  expect(await asked()).toEqual([])
})
