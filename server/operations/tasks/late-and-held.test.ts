import { afterEach, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { config, openSopScene, type SopScene } from '../sop/testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

const told = (userId: string): string[] =>
  (t.sandbox.world.appMessages.get(userId) ?? [])
    .filter((message) => message.msgtype === 'text')
    .map((message) => String(message.body.content))

it('a to-do that is not done is told on, then given to another; what is done in time troubles nobody', async () => {
  t = await openSopScene({
    sop: `
sop: call
name: 回访
trigger: order.paid
steps:
  - task:
      for: guide
      title: 打电话
      due: 4h
      escalate: { after: 2h, to: [lisi] }
      reassign: { after: 3h, to: [nobody, lisi] }
`,
  })
  const slow = await t.scan({ state: 'store-code', name: '小满' })
  const quick = await t.scan({ state: 'store-code', name: '阿杰' })
  await t.pay(slow, 'o1')
  await t.pay(quick, 'o2')
  await t.again()
  const [task] = await t.tasksAbout(quick)
  await t.db.tx((tx) => t.huoshui.tasks.closeOwn(tx, { id: task?.id ?? 0, userId: 'zhangsan', outcome: 'done' }))

  await t.advance(2 * HOUR_MS)
  await t.advance(10 * SECOND_MS)
  expect(told('lisi')).toEqual(['导购张三的待办超时未做：小满，打电话（11-22 09:00 派出）（11-22 11:00）'])
  await t.advance(HOUR_MS)
  await t.advance(10 * SECOND_MS)
  await t.again()
  await t.advance(DAY_MS)
  expect(await t.tasksAbout(slow)).toMatchObject([{ title: '打电话', state: 'open', userid: 'lisi' }])
  expect(await t.timelineOf(slow, 'task.%')).toEqual([
    '请导购张三：打电话',
    '待办超时未做：打电话，已通知 李四',
    '待办「打电话」张三没有做，转给李四',
  ])
  expect(await t.timelineOf(quick, 'task.%')).toEqual(['请导购张三：打电话', '待办已完成：打电话'])
  expect(told('lisi')).toHaveLength(1)
  expect(await t.rawRows('SELECT id FROM task_deadline')).toEqual([])
})

it('it goes to another guide of the customer before anybody else', async () => {
  t = await openSopScene({
    sop: `
sop: call
name: 回访
trigger: order.paid
steps: [ { task: { for: guide, title: 打电话, reassign: { after: 1h } } } ]
`,
  })
  const id = await t.scan({ state: 'store-code' })
  const alone = await t.scan({ state: 'store-code' })
  await t.pay(id, 'o1')
  await t.pay(alone, 'o2')
  await t.advance(MINUTE_MS)
  await t.scan({ externalUserId: id, userId: 'lisi' })
  await t.advance(HOUR_MS)
  await t.advance(10 * SECOND_MS)
  expect((await t.tasksAbout(id)).map((task) => task.userid)).toEqual(['lisi'])
  expect((await t.tasksAbout(alone)).map((task) => task.userid)).toEqual(['zhangsan'])
  expect((await t.timelineOf(alone, 'task.%')).at(-1)).toBe('待办超时未做：打电话，没有人可以接手，还是导购张三的')
})

it('no guide gets more than the set number a day; the rest comes on the next mornings, the most important first', async () => {
  const journey = (name: string, priority: number, trigger: string) =>
    `sop: ${name}\nname: ${name}\npriority: ${priority}\ntrigger: ${trigger}\nsteps: [ { task: { for: guide, title: ${name}, due: 2h } } ]\n`
  t = await openSopScene({
    config: {
      ...config,
      'policy.yaml': 'tasksPerGuidePerDay: 2\nquiet: "21:00-09:30"\n',
      'sop/first.yaml': [journey('low', 10, 'customer.added'), journey('high', 90, 'order.paid')].join('---\n'),
    },
    now: '2026-11-22T10:00:00+08:00',
  })
  const ids: string[] = []
  for (let count = 0; count < 5; count++) ids.push(await t.scan({ state: 'store-code' }))
  const last = ids[4] ?? ''
  await t.pay(last, 'o1')
  await t.again()
  const states = async (): Promise<string[]> =>
    (await t.rawRows<{ title: string; state: string }>('SELECT title, state FROM guide_task ORDER BY id')).map(
      (task) => `${task.title} ${task.state}`,
    )
  expect(await states()).toEqual(['low open', 'low open', 'low held', 'low held', 'low held', 'high held'])
  expect((await t.journeys(last)).map((journey) => journey.steps[0]?.outcome)).toEqual([
    '待办「high」排到明早：导购今天的待办满了',
    '待办「low」排到明早：导购今天的待办满了',
  ])
  const alerts = () => t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))
  expect((await alerts()).map((alert) => alert.text)).toEqual(['导购张三一天的待办满了，还有 4 条排到第二天早上'])

  await t.until('2026-11-23T09:29:00')
  expect(await states()).toEqual(['low open', 'low open', 'low held', 'low held', 'low held', 'high held'])
  await t.until('2026-11-23T09:30:30')
  // What is to be done for one customer comes together.
  expect(await states()).toEqual(['low open', 'low open', 'low open', 'low held', 'low open', 'high open'])
  const [high] = await t.rawRows<{ due_at: number; opened_at: number }>(`SELECT * FROM guide_task WHERE title = 'high'`)
  expect((high?.due_at ?? 0) - (high?.opened_at ?? 0)).toBe(2 * HOUR_MS)
  await t.until('2026-11-24T09:30:30')
  expect(await states()).toEqual(['low open', 'low open', 'low open', 'low open', 'low open', 'high open'])
  expect(await alerts()).toEqual([])
  expect(await t.timelineOf(last, 'task.%')).toEqual([
    '导购张三今天的待办满了，排到明早：low',
    '导购张三今天的待办满了，排到明早：high',
    '请导购张三：high',
    '请导购张三：low',
  ])
})
