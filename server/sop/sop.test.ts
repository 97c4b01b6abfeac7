import { afterEach, describe, expect, it } from 'vitest'
import { createSandbox } from '../../sandbox/sandbox.ts'
import { createSettableClock } from '../kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/shanghai.ts'
import { buildTestApp, type TestApp, type TestAppOptions } from '../testing/build-test-app.ts'

const FIRST_ORDER = `
sop: new-customer-first-order
name: 新客首单
trigger: customer.added
when: { channel: { in: [包裹卡] } }
steps:
  - welcome: 包裹卡欢迎语
  - tag: { add: [来源/包裹卡, 生命周期/新客] }
  - wait: 10m
  - choose:
      - when: { orders.paid.count: { gte: 1 } }
        do: [ { invite: 付费群 } ]
      - otherwise: [ { invite: 科普群 } ]
  - wait: { until: "10:00", days: 1 }
  - task: { for: guide, script: first-order, due: 24h }
  - wait: 3d
goal: order.paid
leave: [ customer.lost ]
`
const config = {
  'channels/c.yaml': `
channel: 包裹卡
state: parcel-card
guides: [zhangsan]
welcome: 渠道欢迎语
---
channel: 门店物料
state: store-code
guides: [zhangsan]
`,
  'welcomes/w.yaml': `
welcome: 包裹卡欢迎语
text: 谢谢您买我们的牛排。
---
welcome: 渠道欢迎语
text: 您好，这是渠道的。
---
welcome: 默认欢迎语
default: true
text: 您好。
`,
  'tags.yaml': `
tags:
  - group: 来源
    names: [包裹卡]
  - group: 生命周期
    names: [新客, 老客, 沉睡]
`,
  'groups/g.yaml': `
pool: 科普群
role: education
groups: { namePrefix: 牧野·科普 }
capacity: 200
entry: { orders.paid.count: 0 }
inviteBy: task
---
pool: 付费群
role: paid
groups: { namePrefix: 牧野·付费 }
capacity: 200
entry: { orders.paid.count: { gte: 1 } }
inviteBy: task
`,
  'scripts/s.yaml': `
domain: 售前
situations:
  - situation: 破冰
    scripts:
      - { id: first-order, title: 首单破冰, aim: 让他下第一单, expect: 有什么推荐的, text: 第一次买可以先试试这款。 }
`,
  'sop/first.yaml': FIRST_ORDER,
}

let t: TestApp
const open = async (options: TestAppOptions & { sop?: string } = {}): Promise<void> => {
  const { sop, ...rest } = options
  t = await buildTestApp({ config: sop === undefined ? config : { ...config, 'sop/first.yaml': sop }, ...rest })
  if (rest.platform === undefined) {
    for (const name of ['牧野·科普1', '牧野·付费1']) await t.sandbox.createGroup({ name, ownerUserId: 'lisi' })
  }
  for (let round = 0; round < 3; round++) await t.advance(10 * SECOND_MS)
}
afterEach(() => t.close())

async function scan(input: Parameters<TestApp['sandbox']['scan']>[0]): Promise<string> {
  const { externalUserId } = await t.sandbox.scan(input)
  await t.settle()
  return externalUserId
}
async function pay(externalUserId: string, orderId = 'o1'): Promise<void> {
  const answer = await t.sandbox.order({ orderId, status: 'paid', externalUserId, totalFen: 19_900 })
  expect(answer.status).toBeLessThan(300)
  await t.settle()
}
async function until(clockTime: string): Promise<void> {
  await t.advance(Date.parse(`${clockTime}+08:00`) - t.clock.now())
  await t.advance(SECOND_MS)
}
/** Everything that ever came in, handled once more from the beginning. */
async function again(): Promise<void> {
  t.sandbox.redeliver()
  await t.sandbox.settle()
  await t.db.tx((tx) => tx.run(`UPDATE inbound_event SET state = 'new', done_subscriptions = NULL`))
  await t.settle()
}
const journeys = async (id: string) => t.db.tx((tx) => t.huoshui.sop.queries.ofCustomer(tx, id))
const journey = async (id: string) => {
  const [first] = await journeys(id)
  if (first === undefined) throw new Error('no journey')
  return first
}
const outcomes = async (id: string): Promise<string[]> => (await journey(id)).steps.map((step) => step.outcome)
const timeline = async (id: string): Promise<string[]> => {
  const rows = await t.rows<{ body: string }>(
    `SELECT body FROM timeline WHERE external_userid = ? AND kind LIKE 'sop.%' ORDER BY id`,
    [id],
  )
  return rows.map((row) => row.body)
}
const tasks = (id: string) =>
  t.rows<{ title: string; state: string; userid: string }>(
    'SELECT title, state, userid FROM guide_task WHERE external_userid = ? ORDER BY id',
    [id],
  )
const texts = (id: string): (string | undefined)[] =>
  t.sandbox.messagesOf(id).flatMap((message) => (message.via === 'welcome' ? [message.text] : []))

describe('新客首单', () => {
  it('welcomes, tags, invites the unpaid after ten minutes, and asks the guide the next morning at ten', async () => {
    await open()
    const id = await scan({ state: 'parcel-card' })
    expect(texts(id)).toEqual(['谢谢您买我们的牛排。'])
    expect(t.sandbox.calls('externalcontact/mark_tag')).toHaveLength(1)
    expect(await journey(id)).toMatchObject({
      state: 'active',
      now: '等待 10 分钟',
      next: '按条件分支',
      nextAtMs: t.clock.now() + 10 * MINUTE_MS,
    })

    await t.advance(9 * MINUTE_MS)
    expect(await tasks(id)).toEqual([])
    await t.advance(MINUTE_MS)
    expect(await tasks(id)).toEqual([{ title: '邀请进「科普群」', state: 'open', userid: 'zhangsan' }])

    await until('2026-11-23T09:59:58')
    expect(await tasks(id)).toHaveLength(1)
    await until('2026-11-23T10:00:00')
    expect((await tasks(id)).map((task) => task.title)).toEqual(['邀请进「科普群」', '用话术「首单破冰」联系客户'])
    const [task] = await t.rows<{ script_id: string; due_at: number }>(
      `SELECT script_id, due_at FROM guide_task WHERE kind = 'sop'`,
    )
    expect(task?.script_id).toBe('first-order')
    expect((task?.due_at ?? 0) - Date.parse('2026-11-24T10:00:00+08:00')).toBeLessThanOrEqual(2 * SECOND_MS)

    await t.advance(3 * DAY_MS)
    expect(await journey(id)).toMatchObject({ state: 'finished', endReason: '走完全部步骤', now: undefined })
    expect(await timeline(id)).toEqual([
      '进入 SOP「新客首单」（添加好友）',
      'SOP「新客首单」走「其他」分支',
      '完成 SOP「新客首单」：走完全部步骤',
    ])
  })

  it('does nothing twice when everything comes twice', async () => {
    await open()
    t.sandbox.setDelivery({ copies: 3, shuffle: true })
    const id = await scan({ state: 'parcel-card' })
    await again()
    await t.advance(10 * MINUTE_MS)
    await again()
    expect(await journeys(id)).toHaveLength(1)
    expect(texts(id)).toHaveLength(1)
    expect(await tasks(id)).toHaveLength(1)
    expect(t.sandbox.calls('externalcontact/mark_tag')).toHaveLength(1)
    expect(await timeline(id)).toEqual(['进入 SOP「新客首单」（添加好友）', 'SOP「新客首单」走「其他」分支'])
  })

  it('does not touch customers of other channels: they get the channel’s welcome', async () => {
    await open()
    const id = await scan({ state: 'store-code' })
    expect(await journeys(id)).toEqual([])
    expect(texts(id)).toEqual(['您好。'])
  })

  it('reaches its goal by an order paid in between, and takes back what it asked of the guide', async () => {
    await open()
    const id = await scan({ state: 'parcel-card' })
    await t.advance(10 * MINUTE_MS)
    await until('2026-11-23T10:00:00')
    await pay(id)
    expect(await journey(id)).toMatchObject({ state: 'goal', endReason: '付款' })
    expect((await tasks(id)).find((task) => task.title.includes('首单破冰'))?.state).toBe('dropped')
    await t.advance(4 * DAY_MS)
    await again()
    expect((await timeline(id)).at(-1)).toBe('达成 SOP「新客首单」：付款')
    expect(await journeys(id)).toHaveLength(1)
  })

  it('explains the branch by rule, version and the facts it saw', async () => {
    await open({ sop: FIRST_ORDER.replace('goal: order.paid\n', '') })
    const id = await scan({ state: 'parcel-card' })
    await pay(id)
    await t.advance(10 * MINUTE_MS)
    expect((await tasks(id)).map((task) => task.title)).toEqual(['邀请进「付费群」'])
    const { version, steps } = await journey(id)
    expect(steps.find((step) => step.kind === 'choose')).toMatchObject({
      outcome: '走第 1 个分支',
      reason: {
        text: 'SOP「新客首单」第 4 步：走第 1 个分支',
        rule: { kind: 'sop', name: 'new-customer-first-order', version },
        facts: { 'orders.paid.count': 1 },
      },
    })
  })

  it('is left when the customer deletes the guide; a re-add is no second first time', async () => {
    await open()
    const id = await scan({ state: 'parcel-card' })
    await t.advance(MINUTE_MS)
    await t.sandbox.deleteGuide({ externalUserId: id, userId: 'zhangsan' })
    await t.settle()
    expect(await journey(id)).toMatchObject({ state: 'left', endReason: '好友流失' })
    await t.advance(HOUR_MS)
    expect(await tasks(id)).toEqual([])
    await scan({ state: 'parcel-card', externalUserId: id })
    expect(await journeys(id)).toHaveLength(1)
    expect(texts(id)).toEqual(['谢谢您买我们的牛排。', '您好，这是渠道的。'])
  })

  it('is not left when another guide is deleted', async () => {
    await open()
    const id = await scan({ state: 'parcel-card' })
    await scan({ externalUserId: id, userId: 'lisi' })
    await t.advance(MINUTE_MS)
    await t.sandbox.deleteGuide({ externalUserId: id, userId: 'lisi' })
    await t.settle()
    expect(await journey(id)).toMatchObject({ state: 'active' })
  })
})

describe('a new version of the rule', () => {
  it('is for those who come after; those half-way finish the one they began', async () => {
    await open()
    const early = await scan({ state: 'parcel-card' })
    const { version } = await journey(early)
    t.writeConfig({
      'sop/first.yaml': FIRST_ORDER.replace('wait: 10m', 'wait: 1h').replace(
        'invite: 科普群',
        'task: { for: guide, title: 打个招呼 }',
      ),
    })
    await t.huoshui.rules.check()
    await t.advance(MINUTE_MS)
    const late = await scan({ state: 'parcel-card' })
    expect((await journey(late)).version).not.toBe(version)
    expect((await journey(early)).version).toBe(version)
    await t.advance(9 * MINUTE_MS)
    expect((await tasks(early)).map((task) => task.title)).toEqual(['邀请进「科普群」'])
    expect(await tasks(late)).toEqual([])
    await t.advance(51 * MINUTE_MS)
    expect((await tasks(late)).map((task) => task.title)).toEqual(['打个招呼'])
  })

  it('that takes the SOP away lets nobody in and leaves those inside to go on', async () => {
    await open()
    const early = await scan({ state: 'parcel-card' })
    t.writeConfig({ 'sop/first.yaml': `${FIRST_ORDER}enabled: false\n` })
    await t.huoshui.rules.check()
    const late = await scan({ state: 'parcel-card' })
    await t.advance(10 * MINUTE_MS)
    expect(await journeys(late)).toEqual([])
    expect(texts(late)).toEqual(['您好，这是渠道的。'])
    expect(await tasks(early)).toHaveLength(1)
  })
})

describe('restarts and several processes', () => {
  it('goes on after days of being down, in order, without catching up on all waits at once', async () => {
    const clock = createSettableClock('2026-11-22T09:00:00+08:00')
    const sandbox = createSandbox({ clock, retryDelaysMs: [5, 10] })
    await sandbox.listen()
    for (const name of ['牧野·科普1', '牧野·付费1']) await sandbox.createGroup({ name, ownerUserId: 'lisi' })
    await open({ platform: { sandbox, clock } })
    const first = await scan({ state: 'parcel-card' })
    await t.advance(MINUTE_MS)
    const second = await scan({ state: 'parcel-card' })
    const { databaseUrl } = t
    await t.close({ database: true })

    clock.set(Date.parse('2026-11-25T02:00:00+08:00'))
    await open({ platform: { sandbox, clock }, databaseUrl })
    const rows = await t.rows<{ external_userid: string }>(`SELECT external_userid FROM guide_task ORDER BY id`)
    expect(rows.map((row) => row.external_userid)).toEqual([first, second])
    expect(await journey(first)).toMatchObject({
      now: '等到第二天 10:00',
      nextAtMs: Date.parse('2026-11-26T10:00:00+08:00'),
    })
    await until('2026-11-26T10:00:00')
    expect((await tasks(first)).map((task) => task.title)).toEqual(['邀请进「科普群」', '用话术「首单破冰」联系客户'])
    await sandbox.close()
  })

  it('moves each customer once when several advance at the same time', async () => {
    const calls = {
      ...config,
      'sop/first.yaml': FIRST_ORDER.replace('invite: 科普群', 'task: { for: guide, title: 打个招呼 }'),
    }
    await open({ config: calls })
    const ids = await Promise.all(Array.from({ length: 30 }, () => t.sandbox.scan({ state: 'parcel-card' })))
    await t.settle()
    // SQLite belongs to one process; there it is two runs of the job that overlap.
    const isAlone = t.db.dialect === 'sqlite'
    const other = isAlone ? t : await buildTestApp({ config: calls, platform: t, databaseUrl: t.databaseUrl })
    t.clock.advance(10 * MINUTE_MS)
    const advance = (app: TestApp) => app.huoshui.sop.jobs.find((job) => job.name === 'sop.advance')?.run()
    await Promise.all([advance(t), advance(other), advance(t), advance(other)])
    await t.settle()
    for (const { externalUserId } of ids) {
      expect((await tasks(externalUserId)).map((task) => task.title)).toEqual(['打个招呼'])
      expect(await journey(externalUserId)).toMatchObject({ now: '等到第二天 10:00' })
    }
    if (!isAlone) await other.close({ database: true })
  })
})

describe('steps', () => {
  const sop = (steps: string, more = ''): string => `
sop: steps
name: 步骤
trigger: customer.added
${more}
steps:
${steps}
`
  it('a remark waits for the nickname that comes with the details', async () => {
    await open({ sop: sop('  - remark: "包裹-{客户昵称}"\n  - task: { for: guide, title: 问好 }') })
    const id = await scan({ state: 'store-code', name: '小满' })
    expect(await tasks(id)).toEqual([])
    await t.advance(10 * SECOND_MS)
    expect(t.sandbox.calls('externalcontact/remark').map((call) => call.body)).toEqual([
      { userid: 'zhangsan', external_userid: id, remark: '包裹-小满' },
    ])
    expect((await tasks(id)).map((task) => task.title)).toEqual(['问好'])
  })

  it('a remark goes without the nickname when it never comes', async () => {
    await open({ sop: sop('  - remark: "包裹-{客户昵称}"') })
    t.sandbox.faults.set({ path: 'externalcontact/get', errcode: 84061 })
    const id = await scan({ state: 'store-code' })
    for (let minute = 0; minute < 6; minute++) await t.advance(MINUTE_MS)
    expect(t.sandbox.calls('externalcontact/remark').map((call) => call.body)).toMatchObject([{ remark: '包裹' }])
    expect(await journey(id)).toMatchObject({ state: 'finished' })
  })

  it('waiting for an event ends with it', async () => {
    await open({ sop: sop('  - wait: { event: order.paid, atMost: 2d }\n  - task: { for: guide, title: 谢谢下单 }') })
    const id = await scan({ state: 'store-code' })
    expect(await journey(id)).toMatchObject({ now: '等待付款，最多 2 天', waitingEvent: 'order.paid' })
    await t.advance(HOUR_MS)
    await pay(id)
    expect((await tasks(id)).map((task) => task.title)).toEqual(['谢谢下单'])
    expect(await outcomes(id)).toEqual(['等到了付款', '给导购待办「谢谢下单」'])
    await again()
    await t.advance(3 * DAY_MS)
    expect(await tasks(id)).toHaveLength(1)
  })

  it('waiting for an event ends without it, too', async () => {
    await open({ sop: sop('  - wait: { event: order.paid, atMost: 2d }\n  - task: { for: guide, title: 还没下单 }') })
    const id = await scan({ state: 'store-code' })
    await t.advance(2 * DAY_MS)
    expect(await outcomes(id)).toEqual(['没有等到付款', '给导购待办「还没下单」'])
  })

  it('news older than the journey changes nothing in it', async () => {
    await open({ sop: sop('  - wait: 30d', 'goal: order.paid') })
    const id = await scan({ state: 'store-code' })
    await t.advance(HOUR_MS)
    const paidAt = t.clock.now() - 2 * DAY_MS
    await t.sandbox.order({ orderId: 'old', status: 'paid', externalUserId: id, totalFen: 100, paidAt })
    await t.settle()
    expect(await journey(id)).toMatchObject({ state: 'active' })
    await pay(id, 'new')
    expect(await journey(id)).toMatchObject({ state: 'goal' })
  })

  it('a choose in which nothing holds goes on after it', async () => {
    const steps = `
  - choose:
      - when: { orders.paid.count: { gte: 1 } }
        do: [ { task: { for: guide, title: 老客 } } ]
  - task: { for: guide, title: 所有人 }`
    await open({ sop: sop(steps) })
    const id = await scan({ state: 'store-code' })
    expect(await outcomes(id)).toEqual(['没有一个分支成立', '给导购待办「所有人」'])
  })
})

describe('entering again', () => {
  const REPURCHASE = `
sop: repurchase
name: 复购
trigger: order.paid
steps:
  - task: { for: guide, title: 回访 }
reenterAfterDays: 30
`
  it('is possible only after the stated days', async () => {
    await open({ sop: REPURCHASE })
    const id = await scan({ state: 'store-code' })
    await pay(id, 'o1')
    await pay(id, 'o1')
    await t.advance(29 * DAY_MS)
    await pay(id, 'o2')
    expect(await tasks(id)).toHaveLength(1)
    await t.advance(DAY_MS)
    await pay(id, 'o3')
    expect(await tasks(id)).toHaveLength(2)
  })

  it('does not begin by an order of long ago', async () => {
    await open({ sop: REPURCHASE })
    const id = await scan({ state: 'store-code' })
    await t.sandbox.order({
      orderId: 'o',
      status: 'paid',
      externalUserId: id,
      totalFen: 1,
      paidAt: t.clock.now() - 4 * DAY_MS,
    })
    await t.settle()
    expect(await tasks(id)).toEqual([])
  })
})

describe('a daily trigger', () => {
  const WIN_BACK = `
sop: win-back
name: 沉睡唤醒
trigger: { daily: "10:00" }
when: { orders.paid.count: { gte: 1 }, orders.paid.daysSinceLast: { gte: 60 }, follow.active: true }
steps:
  - task: { for: guide, title: 问问近况 }
  - wait: 7d
goal: order.paid
reenterAfterDays: 30
`
  it('lets in whoever meets the condition that morning, once a day, restart or not', async () => {
    await open({ sop: WIN_BACK })
    const sleeper = await scan({ state: 'store-code' })
    const other = await scan({ state: 'store-code' })
    await pay(sleeper)
    await t.advance(60 * DAY_MS)
    await until('2027-01-21T09:59:58')
    expect(await tasks(sleeper)).toEqual([])
    await until('2027-01-21T10:00:05')
    await t.advance(10 * SECOND_MS)
    expect((await tasks(sleeper)).map((task) => task.title)).toEqual(['问问近况'])
    expect(await tasks(other)).toEqual([])
    expect((await timeline(sleeper))[0]).toBe('进入 SOP「沉睡唤醒」（2027-01-21 每日名单）')

    const restarted = await buildTestApp({
      config: { ...config, 'sop/first.yaml': WIN_BACK },
      platform: t,
      databaseUrl: t.databaseUrl,
    })
    await restarted.advance(MINUTE_MS)
    await restarted.advance(DAY_MS)
    expect(await tasks(sleeper)).toHaveLength(1)
    expect(await t.rows('SELECT day, state, entered FROM sop_daily WHERE entered > 0')).toEqual([
      { day: '2027-01-21', state: 'done', entered: 1 },
    ])
    await restarted.close({ database: true })
  })

  it('begins with the next morning when the rule is written after ten', async () => {
    await open({ sop: WIN_BACK.replace(/when:.*/, 'when: { orders.paid.count: 0 }'), now: '2026-11-22T15:00:00+08:00' })
    const id = await scan({ state: 'store-code' })
    await t.advance(MINUTE_MS)
    expect(await tasks(id)).toEqual([])
    await until('2026-11-23T10:00:20')
    expect(await tasks(id)).toHaveLength(1)
  })

  it('runs later the same day when we were down at ten', async () => {
    await open({ sop: WIN_BACK.replace(/when:.*/, 'when: { orders.paid.count: 0 }') })
    const id = await scan({ state: 'store-code' })
    await until('2026-11-22T17:00:00')
    await t.advance(10 * SECOND_MS)
    expect(await tasks(id)).toHaveLength(1)
  })
})
