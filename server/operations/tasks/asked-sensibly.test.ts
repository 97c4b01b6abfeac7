import { afterEach, expect, test } from 'vitest'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { set, sql } from '../../core/db/sql.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { buildTestApp, type TestApp, type TestAppOptions } from '../../testing/build-test-app.ts'

let t: TestApp
afterEach(() => t.close())

const WELCOME = { 'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n' }
const POLICY = { ...WELCOME, 'policy.yaml': 'quiet: "21:30-09:00"\nguideNotices: { apart: 10m }\n' }

let customer = ''
const start = async (now: string, platform?: TestAppOptions['platform']): Promise<void> => {
  t = await buildTestApp({ config: POLICY, now, ...(platform === undefined ? {} : { platform }) })
  customer = (await t.sandbox.scan({ userId: 'zhangsan', name: '小林' })).externalUserId
  await t.settle()
}
const ask = async (key: string, dueInMs?: number, userId = 'zhangsan'): Promise<void> => {
  const dueAtMs = dueInMs === undefined ? undefined : t.clock.now() + dueInMs
  const task = { key, externalUserId: customer, userId, kind: 'sop', title: key, dueAtMs, reason: { text: '测试' } }
  // Twice, as everything may come.
  for (let time = 0; time < 2; time++) await t.db.tx((tx) => t.huoshui.tasks.open(tx, task))
  await t.settle()
}
/** The titles in each message, oldest first. */
const told = (userId = 'zhangsan'): string[][] =>
  (t.sandbox.world.appMessages.get(userId) ?? []).map((message) =>
    [...String(message.body.content).matchAll(/：([^：\n（]+)(?:（|\n|$)/g)].map(([, title]) => title ?? ''),
  )
const until = (time: string): Promise<unknown> => t.advance(Date.parse(`${time}+08:00`) - t.clock.now())

test('a burst is one message at once and one with all the others; another guide is not kept waiting', async () => {
  await start('2026-11-22T10:00:00+08:00')
  await ask('一')
  for (const key of ['二', '三', '四', '五', '六', '七', '八']) {
    await t.advance(MINUTE_MS)
    await ask(key, 24 * HOUR_MS)
  }
  await ask('别人的', undefined, 'lisi')
  expect([told(), told('lisi')]).toEqual([[['一']], [['别人的']]])
  await until('2026-11-22T10:10:00')
  expect(told()).toEqual([['一'], ['二', '三', '四', '五', '六', '七', '八']])
  await t.advance(2 * HOUR_MS)
  expect(told()).toHaveLength(2)
})

test('what comes in quiet hours is one message when they are over, also after a restart and with the same action twice', async () => {
  const clock = createSettableClock('2026-11-22T21:00:00+08:00')
  const sandbox = createSandbox({ clock, retryDelaysMs: [5, 10] })
  await sandbox.listen()
  await start('', { sandbox, clock })
  await until('2026-11-22T22:00:00')
  for (const key of ['一', '二', '三']) await ask(key)
  await t.db.tx((tx) => t.huoshui.tasks.close(tx, { key: '二', outcome: 'done' }))
  await until('2026-11-23T08:59:00')
  expect(told()).toEqual([])
  const { databaseUrl } = t
  await t.close({ database: true })
  t = await buildTestApp({ config: POLICY, databaseUrl, platform: { sandbox, clock } })
  await until('2026-11-23T09:00:00')
  expect(told()).toEqual([['一', '三']])
  await t.db.tx((tx) =>
    tx.run(
      sql`UPDATE ${ACTION} SET ${set(ACTION, { state: 'waiting', finished_at: null })} WHERE ${ACTION.kind} = 'task.notify'`,
    ),
  )
  await t.advance(MINUTE_MS)
  expect(told()).toEqual([['一', '三']])
  await sandbox.close()
})

test('what must be done within the hour is told at once, also at night, with what waits; the morning has nothing to repeat', async () => {
  await start('2026-11-22T22:00:00+08:00')
  await ask('不急', 3 * HOUR_MS)
  expect(told()).toEqual([])
  await ask('一小时内', HOUR_MS)
  expect(told()).toEqual([['不急', '一小时内']])
  await t.advance(5 * MINUTE_MS)
  await ask('明天的', 20 * HOUR_MS)
  await until('2026-11-23T09:00:30')
  expect(told()).toEqual([['不急', '一小时内'], ['明天的']])
})

test('a welcome that was not sent at night is told at night', async () => {
  await start('2026-11-22T22:00:00+08:00')
  t.sandbox.faults.set({ path: 'send_welcome_msg', errcode: 41_050 })
  await t.sandbox.scan({ userId: 'zhangsan', name: '夜里来的' })
  await t.settle()
  await t.settle()
  expect(told().flat().join()).toContain('欢迎语没有发出去')
})

test('a message that is late, since WeCom was away, keeps to the hours that began meanwhile', async () => {
  await start('2026-11-22T21:29:00+08:00')
  t.sandbox.faults.set({ path: 'message/send', http: 502, times: 1 })
  await ask('晚上的')
  await until('2026-11-22T22:30:00')
  expect(told()).toEqual([])
  await until('2026-11-23T09:00:30')
  expect(told()).toEqual([['晚上的']])
})

test('a server that was away the whole day tells it when it is back', async () => {
  await start('2026-11-22T22:00:00+08:00')
  await ask('昨晚的')
  await until('2026-11-23T18:00:00')
  await t.advance(MINUTE_MS)
  expect(told()).toEqual([['昨晚的']])
})

test('more than one message holds: the rest follows in the next', async () => {
  await start('2026-11-22T22:00:00+08:00')
  await t.db.tx((tx) =>
    t.huoshui.tasks.openAll(
      tx,
      Array.from({ length: 61 }, (_, n) => ({
        ...{ key: `${n}`, externalUserId: customer, userId: 'zhangsan', kind: 'sop', title: `第${n}` },
        reason: { text: '测试' },
      })),
    ),
  )
  await until('2026-11-23T09:11:00')
  const heads = (t.sandbox.world.appMessages.get('zhangsan') ?? []).map(
    ({ body }) => /有 (\d+) 条/.exec(String(body.content))?.[1],
  )
  expect(heads).toEqual(['50', '11'])
})
