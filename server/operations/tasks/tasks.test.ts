import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { set, sql } from '../../core/db/sql.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
let customer: string
beforeEach(async () => {
  t = await buildTestApp({ config: { 'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n' } })
  customer = (await t.sandbox.scan({ userId: 'zhangsan', name: '小林' })).externalUserId
  await t.settle()
})
afterEach(() => t.close())

const open = async (key: string, given: { userId?: string; dueAtMs?: number } = {}): Promise<boolean> => {
  const opened = await t.db.tx((tx) =>
    t.huoshui.tasks.open(tx, {
      key,
      externalUserId: customer,
      userId: given.userId ?? 'zhangsan',
      kind: 'sop',
      title: `回访 ${key}`,
      dueAtMs: given.dueAtMs,
      reason: { text: '测试' },
    }),
  )
  await t.settle()
  return opened
}
const openTitles = async (userId = 'zhangsan'): Promise<string[]> =>
  (await t.db.tx((tx) => t.huoshui.tasks.queries.openFor(tx, userId))).map((task) => task.title)
/** What guides were sent by our app, oldest first. */
const messages = (userId = 'zhangsan'): string[] =>
  (t.sandbox.world.appMessages.get(userId) ?? []).map((message) => String(message.body.content))

describe('a task', () => {
  it('is opened once per key, told to the guide and noted on the timeline', async () => {
    expect(await open('a', { dueAtMs: t.clock.now() + HOUR_MS })).toBe(true)
    expect(await open('a')).toBe(false)
    expect(await openTitles()).toEqual(['回访 a'])
    expect(messages()).toEqual([
      '**您有 1 条新待办**（11月22日 09:00）\n> 小林：回访 a（11月22日 10:00 前）\n打开与客户的聊天，在侧边栏里处理。',
    ])
    expect(await t.timelineOf(customer, 'task.%')).toEqual(['请导购张三：回访 a'])
  })

  it('is done once, by whoever it belongs to', async () => {
    await open('a')
    const [task] = await t.db.tx((tx) => t.huoshui.tasks.queries.openFor(tx, 'zhangsan', customer))
    const close = (userId: string) =>
      t.db.tx((tx) => t.huoshui.tasks.closeOwn(tx, { id: task?.id ?? 0, userId, outcome: 'done', note: '聊过了' }))
    expect(await close('lisi')).toBe(false)
    expect(await close('zhangsan')).toBe(true)
    expect(await close('zhangsan')).toBe(false)
    expect(await openTitles()).toEqual([])
    expect(await t.timelineOf(customer, 'task.%')).toEqual(['请导购张三：回访 a', '待办已完成：回访 a（聊过了）'])
  })

  it('is dropped when the pair is no longer friends, the other guide’s stays', async () => {
    await t.sandbox.scan({ userId: 'lisi', externalUserId: customer })
    await t.settle()
    await open('a')
    await open('b', { userId: 'lisi' })
    await t.advance(MINUTE_MS)
    await t.sandbox.deleteGuide({ externalUserId: customer, userId: 'zhangsan' })
    await t.settle()
    await t.db.tx((tx) =>
      tx.run(sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, { state: 'new', done_subscriptions: null })}`),
    )
    await t.settle()
    expect(await openTitles()).toEqual([])
    expect(await openTitles('lisi')).toEqual(['回访 b'])
    expect(await t.timelineOf(customer, 'task.%')).toContain('待办已取消：回访 a（已不是好友）')
  })

  it('stays when the customer came back before the loss was handled', async () => {
    await t.advance(MINUTE_MS)
    await t.sandbox.deleteGuide({ externalUserId: customer, userId: 'zhangsan' })
    await t.settle()
    await t.advance(MINUTE_MS)
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: customer })
    await t.settle()
    await open('a')
    await t.db.tx((tx) =>
      tx.run(
        sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, { state: 'new', done_subscriptions: null })}
            WHERE ${INBOUND_EVENT.kind} = 'customer.lost'`,
      ),
    )
    await t.settle()
    expect(await openTitles()).toEqual(['回访 a'])
  })

  it('counts as overdue after its time, and soonest comes first', async () => {
    const now = t.clock.now()
    await open('later', { dueAtMs: now + 2 * HOUR_MS })
    await open('whenever')
    await open('soon', { dueAtMs: now + HOUR_MS })
    expect(await openTitles()).toEqual(['回访 soon', '回访 later', '回访 whenever'])
    const counts = await t.db.tx((tx) => t.huoshui.tasks.queries.countsFor(tx, 'zhangsan', now + HOUR_MS + 1))
    expect(counts).toEqual({ open: 3, overdue: 1 })
  })
})

describe('the message to the guide', () => {
  it('goes out at most once a minute, with all that is new by then', async () => {
    await open('a')
    for (const key of ['b', 'c', 'd']) await open(key)
    expect(messages()).toHaveLength(1)
    await t.advance(MINUTE_MS - 1)
    expect(messages()).toHaveLength(1)
    await t.advance(1)
    expect(messages()).toHaveLength(2)
    expect(messages()[1]).toMatch(/^\*\*您有 3 条新待办\*\*/)
    await open('soon after')
    await t.advance(MINUTE_MS)
    expect(messages()).toHaveLength(3)
    await t.advance(HOUR_MS)
    expect(messages()).toHaveLength(3)
    expect(await t.rawRows(`SELECT id FROM action WHERE kind = 'task.notify'`)).toHaveLength(3)
    await open('e', { userId: 'lisi' })
    expect(messages('lisi')).toHaveLength(1)
  })

  it('says nothing of what was done meanwhile', async () => {
    await open('a')
    await open('b')
    await t.db.tx((tx) => t.huoshui.tasks.close(tx, { key: 'b', outcome: 'done' }))
    await t.advance(MINUTE_MS)
    expect(messages()).toHaveLength(1)
  })

  it('is sent again after a failure, and asks WeCom to drop a double', async () => {
    t.sandbox.faults.set({ path: 'message/send', http: 502, times: 1 })
    await open('a')
    expect(messages()).toEqual([])
    await t.advance(MINUTE_MS)
    expect(messages()).toHaveLength(1)
    expect(t.sandbox.calls('message/send').at(-1)?.body).toMatchObject({
      touser: 'zhangsan',
      enable_duplicate_check: 1,
    })
  })
})
