import { afterEach, expect, it } from 'vitest'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { wecomSays } from '../../records/customers/testing/wecom-says.ts'
import { TINY_PNG } from '../../rules/testing/rule-folder-on-disk.ts'
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

it('a welcome that is nothing but a picture WeCom has not taken is a to-do, and no empty message', async () => {
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const sandbox = createSandbox({ clock })
  await sandbox.listen()
  sandbox.faults.set({ path: 'media/uploadimg', errcode: 40009 })
  const config = {
    'welcomes/图.yaml': 'welcome: 只有图\ndefault: true\nattachments:\n  - image: x.png\n',
    'assets/x.png': TINY_PNG,
  }
  t = await buildTestApp({ platform: { sandbox, clock }, config })
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  t.sandbox.redeliver()
  await t.advance(MINUTE_MS)
  expect(t.sandbox.calls(SEND)).toEqual([])
  expect(await asked()).toEqual(['zhangsan 打个招呼：欢迎语没有发出去 open'])
  expect(await t.timelineOf(externalUserId, 'welcome.ended')).toEqual([
    '未发送欢迎语：欢迎语「只有图」里的图片 x.png 还没准备好',
  ])
  await sandbox.close()
})

it('whom a customer has written to, or who has sent something from the sidebar, is asked no more; others still are', async () => {
  t = await buildTestApp({ config: CONFIG })
  t.sandbox.faults.set({ path: SEND, errcode: 40058 })
  const [a, b, c] = [
    await t.sandbox.scan({ userId: 'zhangsan' }),
    await t.sandbox.scan({ userId: 'zhangsan' }),
    await t.sandbox.scan({ userId: 'zhangsan' }),
  ]
  // The same customer waits for 李四, too; and 张三 has another to-do for the first one.
  await t.sandbox.scan({ userId: 'lisi', externalUserId: a.externalUserId })
  await t.settle()
  const other = { externalUserId: a.externalUserId, userId: 'zhangsan', kind: 'sop', reason: { text: '测试' } }
  await t.db.tx((tx) => t.huoshui.tasks.open(tx, { key: 'other', title: '回访', ...other }))
  const ids = { UserID: 'zhangsan', ExternalUserID: a.externalUserId }
  for (let twice = 0; twice < 2; twice++) {
    await wecomSays(t, 'customer_acquisition', { ChangeType: 'customer_start_chat', ...ids })
    await t.settle()
  }
  const pair = { externalUserId: b.externalUserId, userId: 'zhangsan' }
  for (let twice = 0; twice < 2; twice++) await t.db.tx((tx) => t.huoshui.welcome.guideSpoke(tx, pair))
  const open = await t.rawRows<{ external_userid: string; userid: string; title: string }>(
    `SELECT external_userid, userid, title FROM guide_task WHERE state = 'open'`,
  )
  // Which of the two was asked first is a matter of chance.
  expect(open).toHaveLength(3)
  expect(open).toEqual(
    expect.arrayContaining([
      { external_userid: c.externalUserId, userid: 'zhangsan', title: '打个招呼：欢迎语没有发出去' },
      { external_userid: a.externalUserId, userid: 'lisi', title: '打个招呼：欢迎语没有发出去' },
      { external_userid: a.externalUserId, userid: 'zhangsan', title: '回访' },
    ]),
  )
  const notes = await t.rawRows<{ body: string }>(`SELECT body FROM timeline WHERE kind = 'task.done' ORDER BY id`)
  expect(notes.map(({ body }) => body)).toEqual([
    '待办已完成：打个招呼：欢迎语没有发出去（客户先开口了）',
    '待办已完成：打个招呼：欢迎语没有发出去（导购已经发了消息）',
  ])
})
