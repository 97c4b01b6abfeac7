import { afterEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { raw } from '../../core/db/sql.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { runCommand } from '../../testing/run-command.ts'
import { openSendScene, type SendScene, type SendSceneOptions, WELFARE_DAY } from './testing/send-scene.ts'

/* Each version of a send is a task of its own: told twice, refused, reminded of and counted by itself. */

const opened: SendScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})
async function open(options: SendSceneOptions = {}): Promise<SendScene> {
  const scene = await openSendScene({ sends: CHOOSE, ...options })
  opened.push(scene)
  return scene
}

const CHOOSE = `send: 大促
audience: { follow.active: true }
at: "2026-11-25 10:00"
content:
  choose:
    - { variant: 老客, when: { orders.paid.count: { gte: 1 } }, text: 老朋友 }
    - otherwise: { text: 尝一份 }
`
async function buy(t: SendScene, ...externalUserIds: string[]): Promise<void> {
  for (const externalUserId of externalUserIds)
    await t.sandbox.order({
      ...{ orderId: `o-${externalUserId}`, externalUserId, totalFen: 10_000, status: 'paid' },
      paidAt: '2026-11-20T10:00:00+08:00',
    })
  await t.settle()
}
async function beats(t: SendScene, times: number, ms = MINUTE_MS): Promise<void> {
  for (let round = 0; round < times; round++) await t.advance(ms)
}
const show = async (t: SendScene, run = '1'): Promise<string[]> =>
  (await runCommand(sendsProgram, ['show', run], t)).out.split('\n')
const taskOf = (t: SendScene, userId: string, text: string) =>
  t.sandbox.pendingMassSends(userId).find((one) => one.text === text)?.msgid ?? ''

test('planned, made and read by two processes at once, and read again: a task of each version, each customer once', async () => {
  const t = await open()
  await t.befriend('zhangsan', 'wmA', 'wmB')
  await t.befriend('lisi', 'wmC')
  await buy(t, 'wmA')
  const second = await t.again()
  opened.push(second)
  for (let round = 0; round < 3; round++) {
    t.clock.advance(MINUTE_MS)
    await Promise.all([t.settle(), second.settle()])
  }
  const made = t.created().map((line, nth) => `${line} | ${t.texts()[nth] ?? ''}`)
  expect(made.sort()).toEqual(['lisi: wmC | 尝一份', 'zhangsan: wmA | 老朋友', 'zhangsan: wmB | 尝一份'])
  await t.confirmAll('zhangsan')
  for (let round = 0; round < 3; round++) {
    await t.db.tx((tx) => tx.run(raw("UPDATE send_batch SET state = 'created', poll_at = 0")))
    await Promise.all([t.settle(), second.settle()])
  }
  await beats(t, 2)
  expect(await t.outcomes()).toEqual(['wmA sent', 'wmB sent', 'wmC planned'])
  expect(await t.timeline('wmA')).toEqual(['群发「大促」的「老客」版已送达（导购张三确认）'])
  expect(await t.rawRows("SELECT COUNT(*) AS n FROM touch WHERE kind = 'send'")).toEqual([{ n: 2 }])
  const lines = await show(t)
  expect(lines.filter((line) => line.startsWith('  「')).map((line) => line.split('；')[0])).toEqual([
    '  「老客」：该发 1，送达 1',
    '  「其余」：该发 2，送达 1，等待 1',
  ])
})

test('whose day is full is told by version, as WeCom refused it', async () => {
  const morning =
    'send: 早报\naudience: { orders.paid.count: { gte: 1 } }\ncontent: { text: 早 }\nat: "2026-11-25 10:00"\n'
  const t = await open({ sends: `${CHOOSE}---\n${morning}` })
  t.sandbox.setMoods({ reception: 'day' })
  await t.befriend('zhangsan', 'wmA', 'wmB', 'wmC')
  await buy(t, 'wmA', 'wmB')
  await beats(t, 2)
  for (const text of ['早', '老朋友', '尝一份'])
    await t.sandbox.confirmMassSend({ msgid: taskOf(t, 'zhangsan', text), userId: 'zhangsan' })
  await beats(t, 5)
  const [run] = await t.rawRows<{ id: number }>("SELECT id FROM send_run WHERE send_name = '大促'")
  const lines = await show(t, String(run?.id))
  expect(lines.filter((line) => line.startsWith('  「')).map((line) => line.split('；')[0])).toEqual([
    '  「老客」：该发 2，送达 0，没送达 2',
    '  「其余」：该发 1，送达 1',
  ])
  expect(lines).toContain('  张三（zhangsan）  「老客」版  2 位  已结束：次数已满 2')
  expect(lines).toContain('  张三（zhangsan）  「其余」版  1 位  已结束：已送达 1')
  expect(await t.timeline('wmA')).toContain('群发「大促」的「老客」版未送达：本月群发次数已满')
})

test('only the version that is not confirmed yet is reminded of, once', async () => {
  const t = await open()
  await t.befriend('zhangsan', 'wmA', 'wmB')
  await buy(t, 'wmA')
  await beats(t, 3)
  const left = taskOf(t, 'zhangsan', '尝一份')
  await t.sandbox.confirmMassSend({ msgid: taskOf(t, 'zhangsan', '老朋友'), userId: 'zhangsan' })
  await beats(t, 3)
  await beats(t, 5, 70 * MINUTE_MS)
  const reminded = t.sandbox.calls('externalcontact/remind_groupmsg_send')
  expect(reminded.map(({ body }) => body)).toEqual([{ msgid: left }])
  const reasons = await t.rawRows<{ reason: string }>("SELECT reason FROM action WHERE kind = 'mass-send.remind'")
  expect(reasons.map(({ reason }) => (JSON.parse(reason) as { text: string }).text)).toEqual([
    '群发「大促」的「其余」版创建 3 小时后仍未确认',
  ])
  const lines = await show(t)
  const at = lines.findIndex((line) => line.includes('「其余」版  1 位'))
  expect(lines[at + 1]).toMatch(/^ {6}2026-11-25 1[34]:\d\d 提醒过$/)
  expect(lines.filter((line) => line.includes('提醒过'))).toHaveLength(1)
})

/** Statements about sends within the minute in which one is planned, and its tasks are made. */
async function planned(sends: string, customers: number): Promise<number> {
  const t = await open({ sends })
  const people = Array.from({ length: customers }, (_, nth) => `wm${nth}`)
  await t.befriend('zhangsan', ...people)
  await buy(t, ...people.filter((_, nth) => nth % 2 === 0))
  const texts: string[] = []
  const end = t.db.watch((text) => void (/\bsend_(run|batch|recipient)\b/.test(text) && texts.push(text)))
  await t.advance(MINUTE_MS)
  end()
  expect(await t.rawRows('SELECT outcome, COUNT(*) AS n FROM send_recipient GROUP BY outcome')).toEqual([
    { outcome: 'planned', n: customers },
  ])
  await opened.pop()?.close()
  return texts.length
}

test('versions take a few statements more for each task, and not one more for each customer', async () => {
  const plain = WELFARE_DAY.replace('cron: "0 10 * * 3"', 'at: "2026-11-25 10:00"')
  const [one, few, many] = [await planned(plain, 6), await planned(CHOOSE, 6), await planned(CHOOSE, 24)]
  expect(many).toBe(few)
  // Another task is opened, filled, made and read of.
  expect(few - one).toBeLessThanOrEqual(12)
}, 120_000)
