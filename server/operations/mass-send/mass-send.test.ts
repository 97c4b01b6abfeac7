import { afterEach, expect, test } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { sendQueries } from './send-queries.ts'
import { SEND_RECIPIENT } from './send-tables.ts'
import { openSendScene, type SendScene, type SendSceneOptions, WELFARE_DAY } from './testing/send-scene.ts'

const opened: SendScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})
async function open(options: SendSceneOptions = {}): Promise<SendScene> {
  const scene = await openSendScene(options)
  opened.push(scene)
  return scene
}

/** The same database and platform after the process has died. */
async function restart(scene: SendScene): Promise<SendScene> {
  const next = await scene.again()
  opened.push(next)
  return next
}

const runs = (scene: SendScene) => scene.db.tx((tx) => sendQueries.runs(tx))
const calls = (scene: SendScene, name: string): number => scene.sandbox.calls(`externalcontact/${name}`).length

test('at ten each guide gets one task with the own customers; confirmed, it reaches them and their timelines', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  await scene.befriend('lisi', 'wmC')
  expect(scene.created()).toEqual([])

  await scene.advance(MINUTE_MS)
  expect(scene.created().sort()).toEqual(['lisi: wmC', 'zhangsan: wmA wmB'])
  expect(scene.texts()).toEqual(['今天西冷第二件半价', '今天西冷第二件半价'])

  await scene.confirmAll('zhangsan')
  await scene.advance(MINUTE_MS)
  await scene.advance(MINUTE_MS)
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB sent', 'wmC planned'])
  expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
  expect(await scene.timeline('wmC')).toEqual([])
  expect(await scene.db.tx((tx) => sendQueries.unfinishedByGuide(tx))).toEqual([
    { userId: 'lisi', tasks: 1, sends: 1, customers: 1, groups: 0 },
  ])

  await scene.confirmAll('lisi')
  await scene.advance(5 * MINUTE_MS)
  await scene.advance(MINUTE_MS)
  expect(await scene.timeline('wmC')).toEqual(['群发「周三福利日」已送达（导购李四确认）'])
  expect(await runs(scene)).toMatchObject([
    { name: '周三福利日', state: 'finished', counts: { sent: 3, planned: 0, failed: 0 } },
  ])

  // Nothing is asked any more, nothing told and nothing sent again.
  expect(await scene.rawRows('SELECT id FROM send_recipient WHERE note_due = 1')).toEqual([])
  const polls = calls(scene, 'get_groupmsg_task')
  await scene.advance(2 * HOUR_MS)
  expect(calls(scene, 'get_groupmsg_task')).toBe(polls)
  expect(calls(scene, 'add_msg_template')).toBe(2)
})

test('a customer of two guides gets it once, from the guide who came last', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA')
  scene.clock.advance(10_000)
  await scene.befriend('lisi', 'wmA')
  await scene.advance(MINUTE_MS)
  expect(scene.created()).toEqual(['lisi: wmA'])
})

test('who is not a friend any more is not in it', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  await scene.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wmA' })
  await scene.advance(MINUTE_MS)
  expect(scene.created()).toEqual(['zhangsan: wmB'])
})

test('who leaves before the guide confirms, and who has had the share of the month at WeCom, are told as such', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA', 'wmB', 'wmC')
  await scene.advance(MINUTE_MS)
  await scene.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wmA' })
  scene.sandbox.world.received.set('wmB', { period: '2026-11', count: 30 })
  await scene.confirmAll('zhangsan')
  await scene.advance(MINUTE_MS)
  await scene.advance(MINUTE_MS)
  expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」未送达：已不是好友'])
  expect(await scene.timeline('wmB')).toEqual(['群发「周三福利日」未送达：本月群发次数已满'])
  expect(await scene.timeline('wmC')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
})

/** WeCom knows that the customer has deleted the guide; the callback about it is lost. */
function loseSilently(scene: SendScene, externalUserId: string): void {
  const follow = scene.sandbox.world.followsByUser.get('zhangsan')?.get(externalUserId)
  if (follow !== undefined) follow.deletedByCustomer = true
}

test('a customer who has deleted the guide without our hearing of it is lost by what WeCom says of the send; who is back stays', async () => {
  const scene = await open({
    config: {
      'sop/lost.yaml': 'sop: lost\nname: 流失\ntrigger: customer.lost\nsteps: [ { tag: { add: [流失/已流失] } } ]\n',
      'tags.yaml': 'tags: [ { group: 流失, names: [已流失] } ]\n',
    },
  })
  await scene.befriend('zhangsan', 'wmA', 'wmB', 'wmC')
  await scene.advance(MINUTE_MS)
  for (const id of ['wmA', 'wmB']) loseSilently(scene, id)
  await scene.confirmAll('zhangsan')
  // Before anybody has asked for the results.
  scene.clock.advance(2_000)
  await scene.befriend('zhangsan', 'wmB')
  for (let minutes = 0; minutes < 3; minutes++) await scene.advance(MINUTE_MS)
  expect(await scene.outcomes()).toEqual(['wmA not-friend', 'wmB not-friend', 'wmC sent'])
  const friends = () =>
    scene.rawRows<object>('SELECT external_userid, active, lost_by FROM follow ORDER BY external_userid')
  expect(await friends()).toEqual([
    { external_userid: 'wmA', active: 0, lost_by: 'customer' },
    { external_userid: 'wmB', active: 1, lost_by: null },
    { external_userid: 'wmC', active: 1, lost_by: null },
  ])
  expect(await scene.timelineOf('wmA', 'customer.lost%')).toEqual(['客户删除了导购张三'])
  // Another look, in another process, finds nothing more.
  const second = await scene.again()
  try {
    await second.db.tx((tx) => tx.run(raw("UPDATE send_batch SET state = 'created', poll_at = 0")))
    await second.advance(MINUTE_MS)
    expect(await friends()).toHaveLength(3)
    expect(await scene.timelineOf('wmA', 'customer.lost%')).toHaveLength(1)
  } finally {
    await second.close()
  }
})

test('who cannot be sent to at creation fails with the reason, the others go on', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  loseSilently(scene, 'wmA')
  await scene.advance(MINUTE_MS)
  await scene.advance(MINUTE_MS)
  expect(await scene.outcomes()).toEqual(['wmA failed', 'wmB planned'])
  expect(await scene.timeline('wmA')).toEqual([
    '群发「周三福利日」未送达：企业微信没有发给这位客户，也没有说明原因（可能已不是好友）',
  ])
})

test('nobody to send to (41048) is final: one call, the run ends, the reason is kept', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA')
  loseSilently(scene, 'wmA')
  await scene.advance(MINUTE_MS)
  await scene.advance(HOUR_MS)
  expect(calls(scene, 'add_msg_template')).toBe(1)
  expect(await scene.timeline('wmA')).toEqual([
    '群发「周三福利日」未送达：企业微信没有接受这次群发（41048 没有可以发送的客户）。请核对名单：这些客户可能都不再是这位导购的好友了',
  ])
  expect(await runs(scene)).toMatchObject([{ state: 'finished', counts: { failed: 1 } }])
})

test('who has had this month’s share of ours is kept out beforehand, and told why; a new month is a new share', async () => {
  const scene = await open({ sends: WELFARE_DAY.replace('* * 3', '* * *'), now: '2026-11-29T09:59:00+08:00' })
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  // Twenty-nine earlier runs of this November have reached A.
  await scene.db.tx((tx) =>
    tx.insertIgnore(
      SEND_RECIPIENT,
      Array.from({ length: 29 }, (_, i) => ({
        run_id: 1_000 + i,
        external_userid: 'wmA',
        outcome: 'sent',
        outcome_at: Date.parse('2026-11-01T00:00:00+08:00') + i * DAY_MS,
      })),
    ),
  )
  const dayGoesBy = async () => {
    await scene.confirmAll('zhangsan')
    await scene.advance(5 * MINUTE_MS)
    await scene.advance(DAY_MS - 5 * MINUTE_MS)
  }
  await scene.advance(MINUTE_MS)
  await dayGoesBy()
  expect(scene.created()).toEqual(['zhangsan: wmA wmB', 'zhangsan: wmB'])
  await dayGoesBy()
  expect(scene.created()).toEqual(['zhangsan: wmA wmB', 'zhangsan: wmB', 'zhangsan: wmA wmB'])
  expect(await scene.timeline('wmA')).toEqual([
    '群发「周三福利日」已送达（导购张三确认）',
    '群发「周三福利日」未安排：本月群发次数已满（30/30）',
  ])
})

test('an outcome is written once, whatever WeCom says later', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  await scene.advance(MINUTE_MS)
  await scene.confirmAll('zhangsan')
  const results = [...scene.sandbox.world.massSends.values()][0]?.tasks.get('zhangsan')?.results
  results?.set('wmB', { status: 0 })
  await scene.advance(MINUTE_MS)
  expect(await scene.db.tx((tx) => sendQueries.unfinishedByGuide(tx))).toEqual([])
  results?.set('wmA', { status: 2 })
  await scene.advance(5 * MINUTE_MS)
  results?.set('wmB', { status: 1, sentAtMs: scene.clock.now() })
  await scene.advance(5 * MINUTE_MS)
  await scene.advance(MINUTE_MS)
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB sent'])
  expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
})

test('only the customers of named guides', async () => {
  const scene = await open({ sends: `${WELFARE_DAY}guides: [lisi]\n` })
  await scene.befriend('zhangsan', 'wmA')
  await scene.befriend('lisi', 'wmB')
  await scene.advance(MINUTE_MS)
  expect(scene.created()).toEqual(['lisi: wmB'])
  expect(await scene.outcomes()).toEqual(['wmB planned'])
})

test('two sends at the same time keep apart', async () => {
  const news = WELFARE_DAY.replace('周三福利日', '新品').replace('今天西冷第二件半价', '新品到店')
  const scene = await open({ sends: `${WELFARE_DAY}---${news}` })
  await scene.befriend('zhangsan', 'wmA')
  await scene.advance(MINUTE_MS)
  const pending = scene.sandbox.pendingMassSends('zhangsan').find((send) => send.text === '新品到店')
  await scene.sandbox.confirmMassSend({ msgid: pending?.msgid ?? '', userId: 'zhangsan' })
  await scene.advance(MINUTE_MS)
  await scene.advance(MINUTE_MS)
  expect(await scene.timeline('wmA')).toEqual(['群发「新品」已送达（导购张三确认）'])
  expect((await runs(scene)).map((run) => `${run.name} ${run.state}`).sort()).toEqual([
    '周三福利日 running',
    '新品 finished',
  ])
})

test('a restart at every stage repeats nothing and forgets nothing', async () => {
  let scene = await open()
  await scene.befriend('zhangsan', 'wmA')
  scene = await restart(scene)
  await scene.advance(MINUTE_MS)
  scene = await restart(scene)
  await scene.advance(1_000)
  expect(calls(scene, 'add_msg_template')).toBe(1)
  await scene.confirmAll('zhangsan')
  scene = await restart(scene)
  await scene.advance(2 * MINUTE_MS)
  scene = await restart(scene)
  await scene.advance(MINUTE_MS)
  scene = await restart(scene)
  await scene.advance(10 * MINUTE_MS)
  expect(calls(scene, 'add_msg_template')).toBe(1)
  expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
})

test('down at its time, up again within the hour: sent late, once', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA')
  scene.clock.advance(50 * MINUTE_MS)
  const next = await restart(scene)
  await next.advance(MINUTE_MS)
  expect(next.created()).toEqual(['zhangsan: wmA'])
})

test('down for hours: not sent, and visible', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA')
  scene.clock.advance(3 * HOUR_MS)
  const next = await restart(scene)
  await next.advance(MINUTE_MS)
  expect(next.created()).toEqual([])
  const [run] = await runs(next)
  expect(run).toMatchObject({ state: 'missed' })
  expect(run?.remark).toContain('错过')
})

test('a guide who does not confirm is reminded once, in daytime, and given up after thirty days', async () => {
  const scene = await open({ sends: WELFARE_DAY.replace('0 10 * * 3', '0 20 25 11 *') })
  await scene.befriend('zhangsan', 'wmA')
  scene.clock.set(Date.parse('2026-11-25T20:00:00+08:00'))
  await scene.settle()
  await scene.advance(3 * HOUR_MS + MINUTE_MS)
  expect(calls(scene, 'remind_groupmsg_send')).toBe(0)
  scene.clock.set(Date.parse('2026-11-26T09:01:00+08:00'))
  await scene.settle()
  expect(calls(scene, 'remind_groupmsg_send')).toBe(1)
  for (let day = 0; day < 31; day++) await scene.advance(DAY_MS)
  await scene.advance(MINUTE_MS)
  expect(calls(scene, 'remind_groupmsg_send')).toBe(1)
  expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」未送达：导购张三未确认'])
  expect(await runs(scene)).toMatchObject([{ state: 'finished' }])
})

test('a reminder that was due while the server was down waits for the morning, too', async () => {
  const scene = await open({ sends: WELFARE_DAY.replace('0 10 * * 3', '0 17 25 11 *') })
  await scene.befriend('zhangsan', 'wmA')
  scene.clock.set(Date.parse('2026-11-25T17:00:00+08:00'))
  await scene.settle()
  scene.clock.set(Date.parse('2026-11-25T23:00:00+08:00'))
  await scene.settle()
  expect(calls(scene, 'remind_groupmsg_send')).toBe(0)
  scene.clock.set(Date.parse('2026-11-26T09:01:00+08:00'))
  await scene.settle()
  expect(calls(scene, 'remind_groupmsg_send')).toBe(1)
})

test('who has confirmed is not reminded, even when WeCom does not give the results', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA')
  await scene.advance(MINUTE_MS)
  scene.sandbox.faults.set({ path: 'externalcontact/get_groupmsg_send_result', http: 502 })
  await scene.advance(2 * MINUTE_MS)
  await scene.confirmAll('zhangsan')
  await scene.advance(4 * HOUR_MS)
  expect(calls(scene, 'remind_groupmsg_send')).toBe(0)
  scene.sandbox.faults.clear()
  await scene.advance(HOUR_MS)
  await scene.advance(MINUTE_MS)
  expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
})

const WITH_GROUP_QR: SendSceneOptions = {
  sends: WELFARE_DAY.replace('content:', 'content:\n  attachments: [{ groupQr: 付费群 }]'),
  config: {
    'groups/paid.yaml': `
pool: 付费群
role: paid
groups: { namePrefix: 付费群 }
capacity: 200
entry: {}
inviteBy: task
`,
  },
}

test('an attachment that is not ready holds the task back; ready later, it goes out with it', async () => {
  const scene = await open(WITH_GROUP_QR)
  await scene.befriend('zhangsan', 'wmA')
  await scene.advance(MINUTE_MS)
  for (let i = 0; i < 6; i++) await scene.advance(5 * MINUTE_MS)
  expect(scene.created()).toEqual([])
  await scene.sandbox.createGroup({ name: '付费群 1', ownerUserId: 'zhangsan' })
  for (let i = 0; i < 8; i++) await scene.advance(5 * MINUTE_MS)
  expect(scene.created()).toEqual(['zhangsan: wmA'])
  const [task] = scene.sandbox.world.massSends.values()
  expect(task?.attachments).toMatchObject([{ msgtype: 'image', image: { pic_url: expect.any(String) } }])
})

test('an attachment that never gets ready: given up, and said so', async () => {
  const scene = await open(WITH_GROUP_QR)
  await scene.befriend('zhangsan', 'wmA')
  for (let i = 0; i < 14; i++) await scene.advance(30 * MINUTE_MS)
  expect(scene.created()).toEqual([])
  expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」未送达：素材没有准备好：群二维码「付费群」'])
  expect(await runs(scene)).toMatchObject([{ state: 'finished' }])
})
