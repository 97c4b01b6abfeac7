import { afterEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { raw } from '../../core/db/sql.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { NO_GUIDE } from '../../records/customers/no-guide.ts'
import { runCommand } from '../../testing/run-command.ts'
import { approveRun } from './approve-run.ts'
import { sendQueries } from './send-queries.ts'
import { openSendScene, type SendScene, type SendSceneOptions, WELFARE_DAY } from './testing/send-scene.ts'

const opened: SendScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const LAST_CHAT = `${WELFARE_DAY}senders: lastChat\n`
const POLICY = 'tasksPerGuidePerDay: 20\n'
const TODAY = '2026-11-25'

async function open(options: SendSceneOptions = {}): Promise<SendScene> {
  const config = { 'policy.yaml': POLICY, ...(typeof options.config === 'object' ? options.config : {}) }
  const scene = await openSendScene({ sends: LAST_CHAT, ...options, config })
  opened.push(scene)
  expect(scene.huoshui.rules.faults()).toEqual([])
  return scene
}

/** Three guides share wmA, two wmB, wmC has one. Nobody tells us that the customers have chatted with others since they were added. */
async function share(scene: SendScene): Promise<void> {
  await scene.sandbox.addStaff({ userId: 'wangwu', name: '王五' })
  await scene.settle()
  for (const [userId, ...ids] of [
    ['zhangsan', 'wmA'],
    ['lisi', 'wmA', 'wmB', 'wmC'],
    ['wangwu', 'wmA', 'wmB'],
  ] as const) {
    await scene.befriend(userId, ...ids)
    scene.clock.advance(1_000)
  }
}
async function chat(scene: SendScene): Promise<void> {
  await scene.sandbox.say({ externalUserId: 'wmA', userId: 'zhangsan', text: '还有货吗' })
  await scene.sandbox.say({ externalUserId: 'wmB', userId: 'lisi', text: '好的' })
  await scene.settle()
}
async function until(scene: SendScene, time: string): Promise<void> {
  scene.clock.set(Date.parse(`${time}+08:00`))
  for (let round = 0; round < 3; round++) await scene.settle()
}
const beats = async (scene: SendScene, times: number, ms = MINUTE_MS): Promise<void> => {
  for (let round = 0; round < times; round++) await scene.advance(ms)
}

const bodies = (scene: SendScene) =>
  scene.sandbox.calls('externalcontact/add_msg_template').map(({ body }) => body as Record<string, unknown>)
const calls = (scene: SendScene, name: string): number => scene.sandbox.calls(`externalcontact/${name}`).length
/** `userid day places`, of days with any. */
const places = async (scene: SendScene): Promise<string[]> =>
  (
    await scene.rawRows<{ userid: string; day: string; opened: number }>(
      'SELECT userid, day, opened FROM task_day WHERE opened > 0 ORDER BY userid, day',
    )
  ).map((row) => `${row.userid} ${row.day} ${row.opened}`)
/** `customer expected real`. */
const people = async (scene: SendScene): Promise<string[]> =>
  (
    await scene.rawRows<{ id: string; expected: string; real: string }>(
      'SELECT external_userid AS id, expected_userid AS expected, userid AS "real" FROM send_recipient ORDER BY run_id, external_userid'.replaceAll(
        '"',
        '`',
      ),
    )
  ).map((row) => `${row.id} ${row.expected} ${row.real}`)
const unfinished = (scene: SendScene) => scene.db.tx((tx) => sendQueries.unfinishedByGuide(tx))
const say = async (scene: SendScene, ...words: string[]) =>
  (await runCommand(sendsProgram, words, scene)).out.split('\n')

test('one task without a sender; WeCom chooses others than expected, and then the day, the row and the timeline are theirs', async () => {
  const scene = await open()
  await share(scene)
  await chat(scene)
  const plan = await say(scene, 'plan', '周三福利日')
  expect(plan).toContain(
    '由谁发是预计的：企业微信挑每位客户最近聊过的导购。1 位只有一位导购，说得准；2 位有几位导购，到时可能是另一位',
  )
  expect(plan.slice(plan.indexOf('按导购（预计）：') + 1)).toEqual(['  王五（wangwu）：2 位', '  李四（lisi）：1 位'])
  const byWhom = async (id: string) => (await say(scene, 'preview', '周三福利日', id))[0]
  expect(await byWhom('wmA')).toBe(
    '「周三福利日」预计由 王五（wangwu） 发（企业微信挑最近聊过的，也可能是另外 2 位导购之一）：',
  )
  expect(await byWhom('wmC')).toBe('「周三福利日」由 李四（lisi） 发（只有这一位导购）：')

  await until(scene, '2026-11-25T10:00:00')
  expect(bodies(scene)).toEqual([
    { chat_type: 'single', external_userid: ['wmA', 'wmB', 'wmC'], text: { content: '今天西冷第二件半价' } },
  ])
  expect(await places(scene)).toEqual([`lisi ${TODAY} 1`, `wangwu ${TODAY} 1`])
  expect(await people(scene)).toEqual(['wmA wangwu wangwu', 'wmB wangwu wangwu', 'wmC lisi lisi'])
  expect(await say(scene, 'show', '1')).toContain('由谁发，预计和实际：企业微信还没有说挑了谁')

  await beats(scene, 2)
  expect(await people(scene)).toEqual(['wmA wangwu zhangsan', 'wmB wangwu lisi', 'wmC lisi lisi'])
  expect(await places(scene)).toEqual([`lisi ${TODAY} 1`, `zhangsan ${TODAY} 1`])
  expect(await unfinished(scene)).toEqual([
    { userId: 'lisi', tasks: 1, sends: 1, customers: 2, groups: 0 },
    { userId: 'zhangsan', tasks: 1, sends: 1, customers: 1, groups: 0 },
  ])

  await scene.confirmAll('zhangsan')
  await beats(scene, 6)
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB planned', 'wmC planned'])
  expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
  expect((await unfinished(scene)).map(({ userId }) => userId)).toEqual(['lisi'])
  const shown = await say(scene, 'show', '1')
  expect(shown.slice(shown.indexOf('按导购：') + 1, -1).filter((line) => line !== '')).toEqual([
    '  企业微信挑的导购  3 位  等待导购确认或结果：等待 2，已送达 1',
    '由谁发，预计和实际：1 位由预计的导购发，2 位由另一位发',
    '  李四（lisi）  预计 1 位，实际 2 位',
    '  王五（wangwu）  预计 2 位，实际 0 位',
  ])
  expect(shown.at(-1)).toMatch(/^ {2}张三（zhangsan） {2}预计 0 位，实际 1 位 {2}2026-11-25 10:0\d 确认$/)

  await scene.confirmAll('lisi')
  await beats(scene, 8)
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB sent', 'wmC sent'])
  expect(await scene.db.tx((tx) => sendQueries.runs(tx))).toMatchObject([{ state: 'finished' }])
  const touches = () =>
    scene.rawRows("SELECT external_userid AS id, userid FROM touch WHERE kind = 'send' ORDER BY external_userid")
  const mine = [
    { id: 'wmA', userid: 'zhangsan' },
    { id: 'wmB', userid: 'lisi' },
    { id: 'wmC', userid: 'lisi' },
  ]
  expect(await touches()).toEqual(mine)

  // Read once more, by another process, from the beginning.
  await scene.db.tx((tx) => tx.run(raw("UPDATE send_batch SET state = 'created', poll_at = 0")))
  await scene.db.tx((tx) => tx.run(raw('UPDATE send_sender SET read_at = NULL, confirmed_at = NULL')))
  const second = await scene.again()
  opened.push(second)
  await beats(second, 2)
  expect(await places(scene)).toEqual([`lisi ${TODAY} 1`, `zhangsan ${TODAY} 1`])
  expect(await touches()).toEqual(mine)
  expect(calls(scene, 'add_msg_template')).toBe(1)
})

test('as expected nothing moves; what has arrived in a guide’s name is what the next one is expected by', async () => {
  const scene = await open({ sends: LAST_CHAT.replace('* * 3', '* * *') })
  await share(scene)
  await scene.sandbox.say({ externalUserId: 'wmA', userId: 'zhangsan', text: '还有货吗' })
  await until(scene, '2026-11-25T10:00:00')
  await beats(scene, 2)
  for (const userId of ['zhangsan', 'lisi', 'wangwu']) await scene.confirmAll(userId)
  await beats(scene, 4)
  expect(await people(scene)).toEqual(['wmA wangwu zhangsan', 'wmB wangwu wangwu', 'wmC lisi lisi'])
  expect(await places(scene)).toEqual([`lisi ${TODAY} 1`, `wangwu ${TODAY} 1`, `zhangsan ${TODAY} 1`])
  await until(scene, '2026-11-26T10:00:00')
  await beats(scene, 2)
  expect((await people(scene)).filter((one) => one.startsWith('wmA'))).toEqual([
    'wmA wangwu zhangsan',
    'wmA zhangsan zhangsan',
  ])
  expect((await say(scene, 'show', '2')).join('\n')).toContain('3 位由预计的导购发，0 位由另一位发')
})

test('cancelled half-way: who has confirmed keeps what was sent, the others have their place of the day back, and the next send counts for itself', async () => {
  const scene = await open({
    sends: `${LAST_CHAT}---${LAST_CHAT.replace('周三福利日', '新品').replace('0 10', '0 11')}`,
  })
  await share(scene)
  await chat(scene)
  await until(scene, '2026-11-25T10:00:00')
  await beats(scene, 2)
  await scene.confirmAll('zhangsan')
  await beats(scene, 6)
  const [told] = await say(scene, 'cancel', '周三福利日')
  expect(told).toBe(
    '#1「周三福利日」已取消：还没有收到的 2 位客户不会收到；1 位导购手里的群发，服务几秒内会请企业微信撤回。',
  )
  await beats(scene, 3)
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB cancelled', 'wmC cancelled'])
  expect(await places(scene)).toEqual([`zhangsan ${TODAY} 1`])
  expect(calls(scene, 'cancel_groupmsg_send')).toBe(1)
  expect(scene.sandbox.pendingMassSends('lisi')).toEqual([])
  expect(await scene.rawRows('SELECT state FROM send_batch')).toEqual([{ state: 'closed' }])
  await until(scene, '2026-11-25T11:00:00')
  expect(await places(scene)).toEqual([`lisi ${TODAY} 1`, `wangwu ${TODAY} 1`, `zhangsan ${TODAY} 2`])
})

test('cancelled before WeCom has said whom it chose: nobody’s day counts it, also when WeCom says so afterwards', async () => {
  const scene = await open()
  await share(scene)
  await chat(scene)
  await until(scene, '2026-11-25T10:00:00')
  expect(calls(scene, 'add_msg_template')).toBe(1)
  await say(scene, 'cancel', '周三福利日')
  expect(await places(scene)).toEqual([])
  await beats(scene, 4)
  expect(await places(scene)).toEqual([])
  expect(await scene.outcomes()).toEqual(['wmA cancelled', 'wmB cancelled', 'wmC cancelled'])
})

test('one reminder reaches every guide who has not confirmed; given up after thirty days, each by what they did', async () => {
  const scene = await open()
  await share(scene)
  await chat(scene)
  await until(scene, '2026-11-25T10:00:00')
  await beats(scene, 2)
  await scene.confirmAll('zhangsan')
  await beats(scene, 4, HOUR_MS)
  expect(calls(scene, 'remind_groupmsg_send')).toBe(1)
  await beats(scene, 32, DAY_MS)
  await beats(scene, 2)
  expect(calls(scene, 'remind_groupmsg_send')).toBe(1)
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB not-confirmed', 'wmC not-confirmed'])
  expect(await scene.timeline('wmB')).toEqual(['群发「周三福利日」未送达：导购李四未确认'])
  expect(await scene.rawRows('SELECT state FROM send_batch')).toEqual([{ state: 'closed' }])
})

test('all have confirmed: nobody is reminded', async () => {
  const scene = await open()
  await share(scene)
  await until(scene, '2026-11-25T10:00:00')
  await beats(scene, 2)
  scene.sandbox.faults.set({ path: 'externalcontact/get_groupmsg_send_result', http: 502 })
  for (const userId of ['lisi', 'wangwu']) await scene.confirmAll(userId)
  await beats(scene, 5, HOUR_MS)
  expect(calls(scene, 'remind_groupmsg_send')).toBe(0)
})

test('the list that a second person has approved goes out when quiet hours end, without who has refused since then', async () => {
  const scene = await open({
    now: '2026-11-25T09:00:00+08:00',
    sends: `${LAST_CHAT}approval: 30m\n`,
    config: { 'policy.yaml': `${POLICY}quiet: "21:30-10:30"\n` },
  })
  await share(scene)
  await chat(scene)
  await until(scene, '2026-11-25T09:30:00')
  expect(await scene.outcomes()).toEqual(['wmA planned', 'wmB planned', 'wmC planned'])
  expect(await places(scene)).toEqual([])
  expect(await scene.db.tx((tx) => approveRun(tx, 1, { by: '周敏', nowMs: scene.clock.now() }))).toBe(true)
  await until(scene, '2026-11-25T10:00:00')
  expect(bodies(scene)).toEqual([])
  await scene.db.tx((tx) =>
    tx.run(
      raw(
        "INSERT INTO consent (external_userid, kind, scope, state, source, at) VALUES ('wmA', 'marketing', '', 'refused', 'guide', 1)",
      ),
    ),
  )
  await until(scene, '2026-11-25T10:30:00')
  expect(bodies(scene).map(({ external_userid }) => external_userid)).toEqual([['wmB', 'wmC']])
  expect(bodies(scene)[0]).not.toHaveProperty('sender')
  expect(await scene.outcomes()).toEqual(['wmA cancelled', 'wmB planned', 'wmC planned'])
})

test('whom WeCom lists only when their guide has confirmed is read then; who has nothing more to tell is not asked again', async () => {
  const scene = await open()
  await share(scene)
  await chat(scene)
  await until(scene, '2026-11-25T10:00:00')
  const [task] = scene.sandbox.world.massSends.values()
  const listed = task?.tasks.get('zhangsan')?.results
  const kept = [...(listed ?? [])]
  listed?.clear()
  await beats(scene, 2)
  expect((await people(scene))[0]).toBe('wmA wangwu wangwu')
  for (const [id, result] of kept) listed?.set(id, result)
  await scene.confirmAll('zhangsan')
  await beats(scene, 8)
  expect((await people(scene))[0]).toBe('wmA wangwu zhangsan')
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB planned', 'wmC planned'])
  const asked = () =>
    scene.sandbox
      .calls('externalcontact/get_groupmsg_send_result')
      .filter(({ body }) => (body as { userid: string }).userid === 'zhangsan').length
  const before = asked()
  await beats(scene, 30)
  expect([calls(scene, 'get_groupmsg_task') > before, asked()]).toEqual([true, before])
})

test('two sends keep apart: whoever talked last between them sends the second one, and each has places of its own', async () => {
  const second = LAST_CHAT.replace('周三福利日', '新品').replace('0 10', '5 10').replace('西冷', '牛排')
  const scene = await open({ sends: `${LAST_CHAT}---${second}` })
  await share(scene)
  await chat(scene)
  await until(scene, '2026-11-25T10:00:00')
  await beats(scene, 2)
  await scene.sandbox.say({ externalUserId: 'wmA', userId: 'lisi', text: '还在吗' })
  await until(scene, '2026-11-25T10:05:00')
  expect(await places(scene)).toEqual([`lisi ${TODAY} 2`, `wangwu ${TODAY} 1`, `zhangsan ${TODAY} 1`])
  await beats(scene, 2)
  const first = ['wmA wangwu zhangsan', 'wmB wangwu lisi', 'wmC lisi lisi']
  expect(await people(scene)).toEqual([...first, 'wmA wangwu lisi', 'wmB wangwu lisi', 'wmC lisi lisi'])
  expect(await places(scene)).toEqual([`lisi ${TODAY} 2`, `zhangsan ${TODAY} 1`])
  expect(await unfinished(scene)).toEqual([
    { userId: 'lisi', tasks: 2, sends: 2, customers: 5, groups: 0 },
    { userId: 'zhangsan', tasks: 1, sends: 1, customers: 1, groups: 0 },
  ])
  await say(scene, 'cancel', '2')
  await beats(scene, 3)
  expect(await places(scene)).toEqual([`lisi ${TODAY} 1`, `zhangsan ${TODAY} 1`])
  const whoOf = async (run: string) => {
    const lines = await say(scene, 'show', run)
    return lines.slice(lines.findIndex((line) => line.startsWith('由谁发'))).filter((line) => line.includes('预计'))
  }
  expect(await whoOf('1')).toEqual([
    '由谁发，预计和实际：1 位由预计的导购发，2 位由另一位发',
    '  李四（lisi）  预计 1 位，实际 2 位',
    '  王五（wangwu）  预计 2 位，实际 0 位',
    '  张三（zhangsan）  预计 0 位，实际 1 位',
  ])
  expect(await whoOf('2')).toEqual([
    '由谁发，预计和实际：1 位由预计的导购发，2 位由另一位发',
    '  李四（lisi）  预计 1 位，实际 3 位',
    '  王五（wangwu）  预计 2 位，实际 0 位',
  ])
})

test('who has had enough, or has no guide any more, is left out as of any send, and so is who is held out', async () => {
  const scene = await open({
    sends: `${LAST_CHAT.replace('follow.active: true', '')}holdOut: { percent: 50, days: 7 }\n`,
    config: { 'policy.yaml': `${POLICY}contactsPerCustomer: { most: 1, days: 7 }\n` },
  })
  await scene.befriend('zhangsan', ...Array.from({ length: 12 }, (_, nth) => `wm${nth}`), 'wmMuch', 'wmGone')
  await scene.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wmGone' })
  await scene.settle()
  // Welcomes are contacts, too.
  await scene.db.tx((tx) => tx.run(raw("DELETE FROM touch WHERE external_userid <> 'wmMuch'")))
  await until(scene, '2026-11-25T10:00:00')
  const rows = await scene.rawRows<{ id: string; outcome: string; reason: string | null }>(
    'SELECT external_userid AS id, outcome, reason FROM send_recipient ORDER BY external_userid',
  )
  const [{ external_userid: asked } = { external_userid: [] }] = bodies(scene) as { external_userid: string[] }[]
  expect(rows.filter(({ outcome }) => outcome === 'planned').map(({ id }) => id)).toEqual([...asked].sort())
  const heldOut = rows.filter(({ outcome }) => outcome === 'held-out')
  expect([asked.length > 0, heldOut.length > 0, asked.length + heldOut.length]).toEqual([true, true, 12])
  expect(rows.filter(({ outcome }) => outcome === 'excluded')).toEqual([
    { id: 'wmGone', outcome: 'excluded', reason: NO_GUIDE.zh },
    { id: 'wmMuch', outcome: 'excluded', reason: '7 天内已联系 1 次，最多 1 次' },
  ])
  expect(await places(scene)).toEqual([`zhangsan ${TODAY} 1`])
})

test('a customer whom nobody can be chosen for fails with the reason; each of the others goes on', async () => {
  const scene = await open()
  await share(scene)
  const follow = scene.sandbox.world.followsByUser.get('lisi')?.get('wmC')
  if (follow !== undefined) follow.deletedByCustomer = true
  await until(scene, '2026-11-25T10:00:00')
  await beats(scene, 2)
  expect(await scene.outcomes()).toEqual(['wmA planned', 'wmB planned', 'wmC failed'])
  expect(await places(scene)).toEqual([`wangwu ${TODAY} 1`])
})

test('renamed, a guide is the same: as expected and as chosen', async () => {
  const scene = await open()
  await share(scene)
  await chat(scene)
  await until(scene, '2026-11-25T10:00:00')
  await scene.sandbox.renameStaff({ userId: 'zhangsan', newUserId: 'zhangsan2' })
  await scene.sandbox.renameStaff({ userId: 'wangwu', newUserId: 'wangwu2' })
  await scene.settle()
  await beats(scene, 2)
  expect(await people(scene)).toEqual(['wmA wangwu2 zhangsan2', 'wmB wangwu2 lisi', 'wmC lisi lisi'])
})

test('the task of a dead process is found by whoever lists one of its customers, and not made again', async () => {
  const scene = await open()
  await share(scene)
  await chat(scene)
  const { tx } = scene.db
  Object.assign(scene.db, {
    tx: (work: Parameters<typeof tx>[0]) =>
      calls(scene, 'add_msg_template') > 0 ? Promise.reject(new Error('killed')) : tx(work),
  })
  await until(scene, '2026-11-25T10:00:00').catch(() => undefined)
  Object.assign(scene.db, { tx })
  expect(
    await scene.rawRows("SELECT id FROM action WHERE kind = 'mass-send.create' AND state = 'running'"),
  ).toHaveLength(1)
  scene.clock.advance(MINUTE_MS)
  const next = await scene.again()
  opened.push(next)
  await beats(next, 6)
  expect(calls(scene, 'add_msg_template')).toBe(1)
  expect(await people(scene)).toEqual(['wmA wangwu zhangsan', 'wmB wangwu lisi', 'wmC lisi lisi'])
  expect(await places(scene)).toEqual([`lisi ${TODAY} 1`, `zhangsan ${TODAY} 1`])
})
