import { afterEach, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../kernel/shanghai.ts'
import { openSendDesk, type SendDeskOptions } from './testing/send-desk.ts'

type Desk = Awaited<ReturnType<typeof openSendDesk>>
const opened: Desk[] = []
afterEach(async () => {
  for (const desk of opened.splice(0).reverse()) await desk.close()
})

/** Wednesday 25 November 2026, 9:59. */
async function open(options: Partial<SendDeskOptions> = {}): Promise<Desk> {
  const desk = await openSendDesk({ sends: [welfareDay], ...options })
  opened.push(desk)
  return desk
}

/** The same database and platform after the process has died. */
async function restart(desk: Desk, options: Partial<SendDeskOptions> = {}): Promise<Desk> {
  return open({ databaseUrl: desk.databaseUrl, platform: desk.platform, ...options })
}

const welfareDay = {
  send: '周三福利日',
  audience: {},
  content: { text: '今天西冷第二件半价，找{导购名}就好' },
  cron: '0 10 * * 3',
}

interface Create {
  external_userid: string[]
  sender: string
  text: { content: string }
}
const created = (desk: Desk): Create[] =>
  desk.sandbox.calls('externalcontact/add_msg_template').map((call) => call.body as Create)

async function confirmAll(desk: Desk, userId: string): Promise<void> {
  for (const { msgid } of desk.sandbox.pendingMassSends(userId)) await desk.sandbox.confirmMassSend({ msgid, userId })
}

test('at ten each guide gets one task with the own customers; confirmed, it reaches them and their timelines', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  await desk.befriend('zhangsan', 'wmB')
  await desk.befriend('lisi', 'wmC')
  await desk.settle()
  expect(created(desk)).toEqual([])

  await desk.advance(MINUTE_MS)
  expect(created(desk)).toMatchObject([
    { sender: 'zhangsan', external_userid: ['wmA', 'wmB'], text: { content: '今天西冷第二件半价，找张三就好' } },
    { sender: 'lisi', external_userid: ['wmC'], text: { content: '今天西冷第二件半价，找李四就好' } },
  ])

  await confirmAll(desk, 'zhangsan')
  await desk.advance(MINUTE_MS)
  await desk.advance(MINUTE_MS)
  expect(await desk.outcomes()).toEqual(['wmA sent', 'wmB sent', 'wmC planned'])
  expect(await desk.timeline('wmA')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
  expect(await desk.timeline('wmC')).toEqual([])
  expect(await desk.db.tx((tx) => desk.massSend.queries.unfinishedByGuide(tx))).toEqual([
    { userId: 'lisi', tasks: 1, customers: 1 },
  ])

  await confirmAll(desk, 'lisi')
  await desk.advance(5 * MINUTE_MS)
  await desk.advance(MINUTE_MS)
  expect(await desk.timeline('wmC')).toEqual(['群发「周三福利日」已送达（导购李四确认）'])
  const [run] = await desk.db.tx((tx) => desk.massSend.queries.runs(tx))
  expect(run).toMatchObject({ name: '周三福利日', state: 'finished', counts: { sent: 3, planned: 0 } })

  const polls = desk.sandbox.calls('externalcontact/get_groupmsg_task').length
  await desk.advance(2 * HOUR_MS)
  expect(desk.sandbox.calls('externalcontact/get_groupmsg_task')).toHaveLength(polls)
  expect(created(desk)).toHaveLength(2)
})

test('a customer of two guides gets it once, from the guide who came last', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  desk.clock.advance(1_000)
  await desk.befriend('lisi', 'wmA')
  await desk.advance(MINUTE_MS)
  expect(created(desk).map(({ sender, external_userid }) => [sender, external_userid])).toEqual([['lisi', ['wmA']]])
})

test('who has deleted the guide is told as such; who had the month’s share at WeCom too', async () => {
  const desk = await open()
  for (const id of ['wmA', 'wmB', 'wmC']) await desk.befriend('zhangsan', id)
  await desk.advance(MINUTE_MS)
  await desk.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wmA' })
  desk.sandbox.world.received.set('wmB', { month: '2026-11', count: 30 })
  await confirmAll(desk, 'zhangsan')
  await desk.advance(MINUTE_MS)
  await desk.advance(MINUTE_MS)
  expect(await desk.timeline('wmA')).toEqual(['群发「周三福利日」未送达：已不是好友'])
  expect(await desk.timeline('wmB')).toEqual(['群发「周三福利日」未送达：本月群发次数已满'])
  expect(await desk.timeline('wmC')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
})

test('who cannot be sent to at creation fails with the reason, the others go on', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  await desk.befriend('zhangsan', 'wmB')
  await desk.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wmA' })
  await desk.advance(MINUTE_MS)
  await desk.advance(MINUTE_MS)
  expect(await desk.outcomes()).toEqual(['wmA failed', 'wmB planned'])
  expect(await desk.timeline('wmA')).toEqual(['群发「周三福利日」未送达：企业微信判定不可发送（可能已不是好友）'])
})

test('nobody to send to (41048) is final: one call, the run ends, the reason is kept', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  await desk.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wmA' })
  await desk.advance(MINUTE_MS)
  await desk.advance(HOUR_MS)
  expect(desk.sandbox.calls('externalcontact/add_msg_template')).toHaveLength(1)
  expect(await desk.timeline('wmA')).toEqual([
    '群发「周三福利日」未送达：企业微信没有接受这次群发（41048 没有可以发送的客户）',
  ])
  expect(await desk.db.tx((tx) => desk.massSend.queries.runs(tx))).toMatchObject([{ state: 'finished' }])
})

test('who has had the month’s share of ours is kept out beforehand, and told why', async () => {
  const desk = await open({
    now: '2026-11-28T09:59:00+08:00',
    sends: [{ ...welfareDay, cron: '0 10 * * *' }],
    perCustomerPerMonth: 2,
  })
  await desk.befriend('zhangsan', 'wmA')
  await desk.advance(MINUTE_MS)
  for (let day = 28; day <= 30; day++) {
    await confirmAll(desk, 'zhangsan')
    await desk.advance(5 * MINUTE_MS)
    await desk.advance(DAY_MS - 5 * MINUTE_MS)
  }
  await desk.advance(MINUTE_MS)
  expect(await desk.timeline('wmA')).toEqual([
    '群发「周三福利日」已送达（导购张三确认）',
    '群发「周三福利日」已送达（导购张三确认）',
    '群发「周三福利日」未安排：本月群发次数已满（2/2）',
  ])
  // The fourth is of December: a new month, a new share.
  expect(created(desk)).toHaveLength(3)
})

test('more customers than a task holds: the guide gets several tasks', async () => {
  const desk = await open({ mostPerTask: 2 })
  for (const id of ['wmA', 'wmB', 'wmC', 'wmD', 'wmE']) await desk.befriend('zhangsan', id)
  await desk.advance(MINUTE_MS)
  expect(created(desk).map((call) => call.external_userid)).toEqual([['wmA', 'wmB'], ['wmC', 'wmD'], ['wmE']])
})

test('only the customers of named guides', async () => {
  const desk = await open({ sends: [{ ...welfareDay, guides: ['lisi'] }] })
  await desk.befriend('zhangsan', 'wmA')
  await desk.befriend('lisi', 'wmB')
  await desk.advance(MINUTE_MS)
  expect(created(desk).map((call) => call.external_userid)).toEqual([['wmB']])
  expect(await desk.outcomes()).toEqual(['wmB planned'])
})

test('two sends at the same time keep apart', async () => {
  const desk = await open({ sends: [welfareDay, { ...welfareDay, send: '新品', content: { text: '新品到店' } }] })
  await desk.befriend('zhangsan', 'wmA')
  await desk.advance(MINUTE_MS)
  const [pending] = desk.sandbox.pendingMassSends('zhangsan').filter((send) => send.text === '新品到店')
  await desk.sandbox.confirmMassSend({ msgid: pending?.msgid ?? '', userId: 'zhangsan' })
  await desk.advance(MINUTE_MS)
  await desk.advance(MINUTE_MS)
  expect(await desk.timeline('wmA')).toEqual(['群发「新品」已送达（导购张三确认）'])
  const runs = await desk.db.tx((tx) => desk.massSend.queries.runs(tx))
  expect(runs.map((run) => `${run.name} ${run.state}`).sort()).toEqual(['周三福利日 running', '新品 finished'])
})

test('a restart at every stage repeats nothing', async () => {
  let desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  desk = await restart(desk)
  await desk.advance(MINUTE_MS)
  desk = await restart(desk)
  await desk.advance(1_000)
  expect(created(desk)).toHaveLength(1)
  await confirmAll(desk, 'zhangsan')
  desk = await restart(desk)
  await desk.advance(2 * MINUTE_MS)
  desk = await restart(desk)
  await desk.advance(MINUTE_MS)
  desk = await restart(desk)
  await desk.advance(10 * MINUTE_MS)
  expect(created(desk)).toHaveLength(1)
  expect(await desk.timeline('wmA')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
})

test('the same tick twice at once plans one run', async () => {
  const desk = await open()
  for (const id of ['wmA', 'wmB', 'wmC']) await desk.befriend('zhangsan', id)
  desk.clock.advance(MINUTE_MS)
  const plan = desk.massSend.jobs.find((job) => job.name === 'mass-send.plan')
  await Promise.all([plan?.run(), plan?.run()])
  await desk.settle()
  expect(created(desk).map((call) => call.external_userid)).toEqual([['wmA', 'wmB', 'wmC']])
})

test('cut off while the audience is being read, the next start goes on behind the last page', async () => {
  const desk = await open()
  for (let i = 0; i < 501; i++) await desk.befriend('zhangsan', `wm${String(i).padStart(3, '0')}`)
  desk.clock.advance(MINUTE_MS)
  // The first page (500 customers) is stored, then the process dies.
  const pages = desk.massSend.jobs.find((job) => job.name === 'mass-send.plan')
  const tx = desk.db.tx
  let count = 0
  Object.assign(desk.db, {
    tx: (work: Parameters<typeof tx>[0]) => {
      count += 1
      return count > 3 ? Promise.reject(new Error('killed')) : tx(work)
    },
  })
  await expect(pages?.run()).rejects.toThrow('killed')
  Object.assign(desk.db, { tx })
  expect(await desk.rows('SELECT COUNT(*) AS n FROM send_recipient')).toEqual([{ n: 500 }])

  const next = await restart(desk)
  await next.advance(MINUTE_MS)
  expect(created(next).map((call) => call.external_userid.length)).toEqual([501])
})

test('missed while the server was down for hours: not sent, and visible', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  desk.clock.advance(3 * HOUR_MS)
  const next = await restart(desk)
  await next.advance(MINUTE_MS)
  expect(created(next)).toEqual([])
  const [run] = await next.db.tx((tx) => next.massSend.queries.runs(tx))
  expect(run).toMatchObject({ state: 'missed' })
  expect(run?.remark).toContain('错过')
})

test('a guide who does not confirm is reminded once, in daytime, and given up after thirty days', async () => {
  const desk = await open({ sends: [{ ...welfareDay, cron: '0 20 25 11 *' }] })
  await desk.befriend('zhangsan', 'wmA')
  desk.clock.set(Date.parse('2026-11-25T20:00:00+08:00'))
  await desk.settle()
  await desk.advance(3 * HOUR_MS + MINUTE_MS)
  const reminders = () => desk.sandbox.calls('externalcontact/remind_groupmsg_send').length
  expect(reminders()).toBe(0)
  desk.clock.set(Date.parse('2026-11-26T09:01:00+08:00'))
  await desk.settle()
  expect(reminders()).toBe(1)
  for (let day = 0; day < 31; day++) await desk.advance(DAY_MS)
  await desk.advance(MINUTE_MS)
  expect(reminders()).toBe(1)
  expect(await desk.timeline('wmA')).toEqual(['群发「周三福利日」未送达：导购张三未确认'])
  expect(await desk.db.tx((tx) => desk.massSend.queries.runs(tx))).toMatchObject([{ state: 'finished' }])
})

test('who has confirmed is not reminded, even when the results are not read yet', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  await desk.advance(MINUTE_MS)
  desk.sandbox.faults.set({ path: 'externalcontact/get_groupmsg_send_result', http: 502 })
  await desk.advance(2 * MINUTE_MS)
  await confirmAll(desk, 'zhangsan')
  await desk.advance(4 * HOUR_MS)
  expect(desk.sandbox.calls('externalcontact/remind_groupmsg_send')).toEqual([])
  desk.sandbox.faults.clear()
  await desk.advance(HOUR_MS)
  await desk.advance(MINUTE_MS)
  expect(await desk.timeline('wmA')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
})

test('pictures that are not ready hold the task back; ready an hour later, it goes out', async () => {
  const desk = await open({
    sends: [{ ...welfareDay, content: { text: '看图', attachments: [{ image: 'steak.png' }] } }],
  })
  await desk.befriend('zhangsan', 'wmA')
  await desk.advance(MINUTE_MS)
  for (let i = 0; i < 12; i++) await desk.advance(5 * MINUTE_MS)
  expect(created(desk)).toEqual([])
  desk.media.add('steak.png')
  await desk.advance(30 * MINUTE_MS)
  expect(created(desk)).toHaveLength(1)
})

test('pictures that never get ready: given up, and said so', async () => {
  const desk = await open({ sends: [{ ...welfareDay, content: { attachments: [{ image: 'steak.png' }] } }] })
  await desk.befriend('zhangsan', 'wmA')
  for (let i = 0; i < 13; i++) await desk.advance(30 * MINUTE_MS)
  expect(created(desk)).toEqual([])
  expect(await desk.timeline('wmA')).toEqual(['群发「周三福利日」未送达：素材没有准备好：steak.png'])
  expect(await desk.db.tx((tx) => desk.massSend.queries.runs(tx))).toMatchObject([{ state: 'finished' }])
})
