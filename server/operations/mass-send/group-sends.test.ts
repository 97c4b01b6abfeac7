import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { touches } from '../../records/touches/touches.ts'
import { runCommand } from '../../testing/run-command.ts'
import { approveRun } from './approve-run.ts'
import { sendQueries } from './send-queries.ts'
import { SEND_GROUP } from './send-tables.ts'
import { FRIDAY, type GroupScene, openGroupScene } from './testing/group-scene.ts'
import type { SendSceneOptions } from './testing/send-scene.ts'

const opened: GroupScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})
async function open(options: SendSceneOptions = {}): Promise<GroupScene> {
  const scene = await openGroupScene(options)
  opened.push(scene)
  return scene
}

const sends = (scene: GroupScene, ...words: string[]) => runCommand(sendsProgram, words, scene)
const touched = (scene: GroupScene) => scene.rawRows('SELECT chat_id, userid, kind FROM group_touch ORDER BY chat_id')

test('at ten each owner gets one task with the own groups of the pool; confirmed, it stands in them and in the ledger', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'zhangsan', 付费群3: 'lisi', 科普群1: 'lisi' })
  expect(await sends(scene, 'plan', '周三群福利')).toMatchObject({
    code: 0,
    out: expect.stringContaining('如果现在发：3 个群，2 位群主各自确认'),
  })
  expect((await sends(scene, 'preview', '周三群福利', '付费群3')).out).toBe(
    '「周三群福利」由 李四（lisi） 发：\n\n今晚群里有福利',
  )
  await scene.wait(1)
  expect(scene.created().sort()).toEqual(['group lisi: wr-付费群3', 'group zhangsan: wr-付费群1 wr-付费群2'])

  await scene.confirmAll('zhangsan')
  await scene.wait(1)
  expect(scene.said('付费群1')).toEqual(['今晚群里有福利'])
  expect(await scene.outcomes()).toEqual(['wr-付费群1 sent', 'wr-付费群2 sent', 'wr-付费群3 planned'])
  expect((await sends(scene, 'list')).out).toContain('李四（lisi）：1 条，1 个群')
  await scene.confirmAll('lisi')
  await scene.wait(8)
  expect(await touched(scene)).toEqual([
    { chat_id: 'wr-付费群1', userid: 'zhangsan', kind: 'send' },
    { chat_id: 'wr-付费群2', userid: 'zhangsan', kind: 'send' },
    { chat_id: 'wr-付费群3', userid: 'lisi', kind: 'send' },
  ])
  expect(await scene.db.tx((tx) => sendQueries.runs(tx))).toMatchObject([{ state: 'finished', counts: { sent: 3 } }])
  const shown = (await sends(scene, 'show', '1')).out
  expect(shown).toContain('「周三群福利」（发到群）  已结束：已送达 3')
  expect(shown).toContain('按群：\n  付费群3：已送达\n')

  // A week later each once more, and nothing of this week again, also when WeCom tells everything a second time.
  scene.sandbox.redeliver()
  await scene.settle()
  scene.clock.set(Date.parse('2026-12-02T09:59:30+08:00'))
  await scene.wait(1)
  expect(scene.created()).toHaveLength(4)
})

test('who is kept out is kept out with its reason, in the plan as in the run', async () => {
  const scene = await open({
    sends: [FRIDAY, FRIDAY.replace('周三群福利', '晚一点').replace('0 10 * * 3', '30 10 * * 3')].join('---'),
    config: { 'policy.yaml': 'contactsPerGroup: { most: 1, days: 7 }\n' },
  })
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi', 付费群3: 'lisi' })
  // The first one has had another send.
  const said = { key: 'x', chatId: 'wr-付费群1', userId: 'zhangsan', kind: 'send' as const, atMs: scene.clock.now() }
  await scene.db.tx((tx) => touches.groups.add(tx, [said]))
  await scene.db.tx((tx) => touches.groups.add(tx, [said]))
  const full = 'wr-付费群1 excluded 7 天内这个群已发过 1 次，最多 1 次'
  expect((await sends(scene, 'plan', '周三群福利')).out).toContain(
    '会排除：\n  7 天内这个群已发过 1 次，最多 1 次：1 个，如 付费群1（wr-付费群1）',
  )
  await scene.wait(1)
  expect(scene.created()).toEqual(['group lisi: wr-付费群2 wr-付费群3'])
  expect(await scene.outcomes()).toEqual([full, 'wr-付费群2 planned', 'wr-付费群3 planned'])
  // The next one asks the ledger, in which what is on its way stands as well.
  await scene.wait(30)
  expect(scene.created()).toHaveLength(1)
  expect((await scene.outcomes()).slice(3)).toEqual([
    full,
    'wr-付费群2 excluded 7 天内这个群已发过 1 次（算上路上的「周三群福利」），最多 1 次',
    'wr-付费群3 excluded 7 天内这个群已发过 1 次（算上路上的「周三群福利」），最多 1 次',
  ])
  const { out } = await sends(scene, 'show', '2')
  expect(out).toContain('已排除 2 个群：7 天内这个群已发过 1 次（算上路上的「周三群福利」），最多 1 次')
  expect(out).toContain('已排除 1 个群：7 天内这个群已发过 1 次，最多 1 次')
})

test('what waits, waits for the owner; who never confirms is named so; over a year later what went where is gone, and that is said', async () => {
  const scene = await open({ sends: FRIDAY.replace('cron: "0 10 * * 3"', 'at: "2026-11-25 10:00"') })
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi' })
  await scene.wait(1)
  await scene.confirmAll('zhangsan')
  await scene.wait(2)
  expect((await sends(scene, 'list')).out).toContain('等群主在企业微信里确认：\n  李四（lisi）：1 条，1 个群')
  expect((await sends(scene, 'show', '1')).out).toContain('李四（lisi）  1 个群  等待群主确认或结果：等待 1')
  await scene.advance(31 * DAY_MS)
  await scene.wait(1)
  const over = (await sends(scene, 'show', '1')).out
  expect(over).toContain('已结束：已送达 1，群主未确认 1')
  expect(over).not.toContain('导购')
  expect((await sends(scene, 'list', '--csv')).out.split('\n')[0]).toContain('"次数已满","未确认","失败"')

  await scene.advance(368 * DAY_MS)
  expect([(await scene.outcomes()).length, (await touched(scene)).length]).toEqual([2, 1])
  await scene.advance(2 * DAY_MS)
  expect([await scene.outcomes(), await touched(scene)]).toEqual([['wr-付费群2 not-confirmed'], []])
  await scene.advance(31 * DAY_MS)
  expect(await scene.outcomes()).toEqual([])
  expect((await sends(scene, 'list')).out).toContain('已结束：明细过了保存期限，已经删除')
})

test('a group whose owner has left, and one that has had its share of the month, are not asked for', async () => {
  const scene = await open({
    env: { MASS_SEND_PER_GROUP: '1' },
    sends: FRIDAY.replace('0 10 * * 3', '0 10 * * *'),
  })
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi' })
  await scene.wait(1)
  await scene.confirmAll('zhangsan')
  await scene.wait(5)
  await scene.sandbox.removeStaff({ userId: 'lisi' })
  await scene.settle()
  scene.clock.set(Date.parse('2026-11-26T09:59:30+08:00'))
  await scene.wait(1)
  expect((await scene.outcomes()).slice(2)).toEqual([
    'wr-付费群1 excluded 本月群发次数已满（1/1）',
    'wr-付费群2 excluded 群主已经离职，先换群主',
  ])
  expect(scene.created()).toHaveLength(2)
})

test('confirmed, and WeCom does not list a group: over the month it says so, otherwise that nobody knows why', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'zhangsan', 付费群3: 'zhangsan' })
  // Sent by others than us: the platform counts them all.
  scene.sandbox.world.received.set('wr-付费群2', { period: '2026-11', count: 30 })
  await scene.wait(1)
  await scene.sandbox.dismissGroup({ chatId: 'wr-付费群3' })
  await scene.settle()
  scene.sandbox.world.received.set('wr-付费群3', { period: '2026-11', count: 30 })
  await scene.confirmAll('zhangsan')
  await scene.wait(2)
  // Perhaps it is only late.
  expect(await scene.outcomes()).toEqual(['wr-付费群1 sent', 'wr-付费群2 planned', 'wr-付费群3 planned'])
  await scene.wait(8)
  const why = '群主确认了，企业微信没有列出这个群：没有送达，原因它不说（常见的是这个群当月或当天次数已满）'
  expect(await scene.outcomes()).toEqual(['wr-付费群1 sent', `wr-付费群2 failed ${why}`, 'wr-付费群3 failed 群已解散'])
  expect(await scene.db.tx((tx) => sendQueries.runs(tx))).toMatchObject([{ state: 'finished' }])
  expect(await touched(scene)).toHaveLength(1)
})

test('over the quota of the month by our own count', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan' })
  await scene.wait(1)
  await scene.db.tx((tx) =>
    tx.insertIgnore(
      SEND_GROUP,
      Array.from({ length: 30 }, (_, n) => ({
        run_id: 1_000 + n,
        chat_id: 'wr-付费群1',
        outcome: 'sent' as const,
        outcome_at: scene.clock.now(),
      })),
    ),
  )
  scene.sandbox.world.received.set('wr-付费群1', { period: '2026-11', count: 30 })
  await scene.confirmAll('zhangsan')
  await scene.wait(10)
  expect((await scene.outcomes())[0]).toBe('wr-付费群1 over-limit 这个群本月的群发次数已满（30 次）')
})

test('cancelled by its name, or because its file is gone: what no owner has confirmed is taken back', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi' })
  await scene.wait(1)
  await scene.confirmAll('zhangsan')
  await scene.wait(1)
  expect((await sends(scene, 'cancel', '周三群福利')).out).toContain(
    '已取消：还没有收到的 1 个群不会收到；1 位群主手里的群发',
  )
  await scene.wait(1)
  expect(scene.sandbox.pendingMassSends('lisi')).toEqual([])
  expect(await scene.outcomes()).toEqual(['wr-付费群1 sent', 'wr-付费群2 cancelled 已由人取消'])

  scene.clock.set(Date.parse('2026-12-02T09:59:30+08:00'))
  await scene.wait(1)
  expect(scene.created()).toHaveLength(4)
  rmSync(join(scene.configDir, 'sends/sends.yaml'))
  await scene.huoshui.rules.check()
  await scene.wait(3)
  expect([...scene.sandbox.pendingMassSends('zhangsan'), ...scene.sandbox.pendingMassSends('lisi')]).toEqual([])
  expect(scene.said('付费群2')).toEqual([])
})

test('in quiet hours the owners are asked when they are over; with approval only after a yes', async () => {
  const scene = await open({
    sends: FRIDAY.replace('cron: "0 10 * * 3"', 'at: "2026-11-25 10:30"\napproval: 30m'),
    config: { 'policy.yaml': 'quiet: "10:00-11:00"\n' },
  })
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi' })
  await scene.wait(2)
  expect(await scene.rawRows("SELECT body FROM alert WHERE alert_key = 'send-approval:1'")).toEqual([
    { body: '群发「周三群福利」定于 2026-11-25 10:30 发给 2 个群，等另一个人批准' },
  ])
  await scene.open({ 付费群3: 'lisi' })
  await scene.db.tx((tx) => approveRun(tx, 1, { by: '周敏', nowMs: scene.clock.now() }))
  await scene.wait(40)
  expect(scene.created()).toEqual([])
  await scene.wait(20)
  // The group that came after the list was looked at is not in it.
  expect(scene.created().sort()).toEqual(['group lisi: wr-付费群2', 'group zhangsan: wr-付费群1'])
})

/** At ten WeCom makes the tasks, and the process dies before it can write that down. Gives the next process. */
async function crashAfterCreation(scene: GroupScene): Promise<GroupScene> {
  const { tx } = scene.db
  const made = (): boolean => scene.created().length > 0
  Object.assign(scene.db, {
    tx: (work: Parameters<typeof tx>[0]) => (made() ? Promise.reject(new Error('killed')) : tx(work)),
  })
  await scene.advance(MINUTE_MS).catch(() => undefined)
  Object.assign(scene.db, { tx })
  expect(await scene.rawRows("SELECT state FROM action WHERE kind = 'mass-send.create'")).toContainEqual({
    state: 'running',
  })
  scene.clock.advance(MINUTE_MS)
  const next = await scene.again()
  opened.push(next)
  return next
}

test('the task of a dead process is found and adopted, not made again, though WeCom names no group of it', async () => {
  const first = await open()
  await first.open({ 付费群1: 'zhangsan', 付费群2: 'zhangsan' })
  const scene = await crashAfterCreation(first)
  await scene.wait(4)
  expect(scene.created()).toHaveLength(1)
  expect(await scene.rawRows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
  await scene.confirmAll('zhangsan')
  await scene.wait(6)
  expect(await scene.outcomes()).toEqual(['wr-付费群1 sent', 'wr-付费群2 sent'])
  expect(scene.said('付费群1')).toHaveLength(1)
})

test('two tasks of one owner with one text, both unknown: neither is made again, and each finds its own once confirmed', async () => {
  const first = await open({
    sends: [FRIDAY, FRIDAY.replace('周三群福利', '另一个').replace('group.pool: 付费群', 'group.name: 散群')].join(
      '---',
    ),
    sandbox: { latencyMs: 50 },
  })
  await first.open({ 付费群1: 'zhangsan', 散群: 'zhangsan' })
  const scene = await crashAfterCreation(first)
  expect(scene.created()).toHaveLength(2)
  await scene.wait(6)
  expect(await scene.rawRows('SELECT state FROM send_batch')).toEqual([{ state: 'unclear' }, { state: 'unclear' }])
  await scene.confirmAll('zhangsan')
  await scene.wait(12)
  expect(scene.created()).toHaveLength(2)
  expect(await scene.outcomes()).toEqual(['wr-付费群1 sent', 'wr-散群 sent'])
  expect([scene.said('付费群1'), scene.said('散群')].map((texts) => texts.length)).toEqual([1, 1])
})
