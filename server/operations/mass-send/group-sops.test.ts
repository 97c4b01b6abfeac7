import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { groupQueries } from '../../records/groups/group-queries.ts'
import { groupSteps } from '../../records/groups/group-steps.ts'
import { sortIntoPools } from '../../records/groups/sort-into-pools.ts'
import { GROUP_FACTS } from '../../rules/condition/group-facts.ts'
import { conditionOf } from '../../rules/condition/parse-condition.ts'
import { runCommand } from '../../testing/run-command.ts'
import { forAnyGroup } from './group-page.ts'
import { type GroupScene, openGroupScene } from './testing/group-scene.ts'

/* A group SOP whose file is edited, renamed or gone for a while: each group gets each step once; through the outside, over real
 * storage. The plain days of one are in tasks/duties/duties.test.ts. */

const opened: GroupScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const OFF = 'send: 没有用\nenabled: false\naudience: {}\ncontent: { text: 无 }\nat: "2026-09-01 10:00"\n'
const SOP = `
groupSop: 新群
pools: [付费群]
from: created
steps:
  - { step: 公告, day: 2, at: "09:30", duty: { title: 写好群公告 } }
  - { step: 标记, day: 2, at: "09:40", tag: { add: [第二天] } }
  - { step: 晒单, day: 2, at: "10:00", send: { text: 晒晒你煎的 } }
`
const FILE = 'group-sops/new.yaml'

async function open(sop = SOP, now = '2026-11-24T12:00:00+08:00'): Promise<GroupScene> {
  const scene = await openGroupScene({ now, sends: OFF, config: { [FILE]: sop } })
  opened.push(scene)
  return scene
}
async function until(scene: GroupScene, at: string): Promise<void> {
  scene.clock.set(Date.parse(`${at}:30+08:00`))
  for (let round = 0; round < 4; round++) await scene.advance(MINUTE_MS / 2)
}
async function rewrite(scene: GroupScene, files: Record<string, string | undefined>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) rmSync(join(scene.configDir, path))
    else scene.writeConfig({ [path]: text })
  }
  await scene.huoshui.rules.check()
  expect(scene.huoshui.rules.faults()).toEqual([])
  for (let round = 0; round < 3; round++) await scene.advance(MINUTE_MS)
}
/** `who title groups`, in the order in which they were asked. */
const duties = async (scene: GroupScene): Promise<string[]> =>
  (
    await scene.rawRows<{ userid: string; title: string; group_names: string; state: string }>(
      'SELECT userid, title, group_names, state FROM duty ORDER BY id',
    )
  ).map(({ userid, title, group_names, state }) => `${userid} ${title} ${group_names} ${state}`)
const tagged = async (scene: GroupScene): Promise<string[]> =>
  (await scene.rawRows<{ chat_id: string }>('SELECT chat_id FROM group_tag ORDER BY chat_id')).map((row) => row.chat_id)

test('the day, the hour and the beginning of a step are edited after it came: who had it gets nothing, who had not gets it', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T12:00')
  await scene.open({ 付费群2: 'lisi' })
  await until(scene, '2026-11-26T10:00')
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1'])
  expect(await duties(scene)).toEqual(['zhangsan 写好群公告 「付费群1」 open'])
  // The other group is on day 1, this one on day 2; from now on the steps are of day 3, counted from the pool.
  await rewrite(scene, { [FILE]: SOP.replaceAll('day: 2', 'day: 3').replace('from: created', 'from: pool') })
  await until(scene, '2026-11-27T10:00')
  expect(scene.created()).toHaveLength(1)
  expect((await duties(scene)).length).toBe(1)
  await until(scene, '2026-11-28T10:00')
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1', 'group lisi: wr-付费群2'])
  expect(await duties(scene)).toEqual(['zhangsan 写好群公告 「付费群1」 open', 'lisi 写好群公告 「付费群2」 open'])
  expect(await tagged(scene)).toEqual(['wr-付费群1', 'wr-付费群2'])
  expect(await scene.rawRows('SELECT id FROM send_run')).toHaveLength(2)
})

test('a tag that a person has taken off does not come back with an edited day', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-26T09:40')
  expect(await tagged(scene)).toEqual(['wr-付费群1'])
  await scene.db.tx((tx) => scene.huoshui.groups.tags.change(tx, ['wr-付费群1'], { add: [], remove: ['第二天'] }))
  await rewrite(scene, { [FILE]: SOP.replaceAll('day: 2', 'day: 3') })
  await until(scene, '2026-11-27T10:00')
  expect(await tagged(scene)).toEqual([])
})

test('two groups of one owner on one day, the hour edited between them: each has it once, and is asked for once', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T12:00')
  await scene.open({ 付费群2: 'zhangsan' })
  await until(scene, '2026-11-26T10:00')
  // The same Thursday, later: now of day 1, on which the other group is.
  await rewrite(scene, {
    [FILE]: SOP.replaceAll('day: 2', 'day: 1').replace('"09:30"', '"15:00"').replace('"10:00"', '"15:30"'),
  })
  await until(scene, '2026-11-26T15:30')
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1', 'group zhangsan: wr-付费群2'])
  expect(await duties(scene)).toEqual(['zhangsan 写好群公告 「付费群1」 open', 'zhangsan 写好群公告 「付费群2」 open'])
})

test('what was cancelled before it came is still to be had; what waits for its owner is not asked for twice', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi' })
  await until(scene, '2026-11-26T10:00')
  await scene.confirmAll('lisi')
  const [run] = await scene.rawRows<{ id: number }>('SELECT id FROM send_run')
  expect((await runCommand(sendsProgram, ['cancel', String(run?.id)], scene)).code).toBe(0)
  await scene.wait(3)
  expect((await scene.outcomes()).map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
    'wr-付费群1 cancelled',
    'wr-付费群2 sent',
  ])
  await rewrite(scene, { [FILE]: SOP.replaceAll('day: 2', 'day: 4') })
  await until(scene, '2026-11-28T10:00')
  expect(scene.created().slice(2)).toEqual(['group zhangsan: wr-付费群1'])
  expect((await scene.outcomes()).slice(2)).toEqual([
    'wr-付费群1 planned',
    expect.stringMatching(/^wr-付费群2 excluded 这一步 2026-11-26 10:00 已经发过了$/),
  ])
  // It waits for its owner; another edit asks nobody.
  await rewrite(scene, { [FILE]: SOP.replaceAll('day: 2', 'day: 5') })
  await until(scene, '2026-11-29T10:00')
  expect(scene.created()).toHaveLength(3)
})

test('a group that leaves its pool and comes into it anew has the steps anew, where they count from the pool', async () => {
  const scene = await open(SOP.replace('from: created', 'from: pool'))
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-26T10:00')
  expect(scene.created()).toHaveLength(1)
  await scene.sandbox.renameGroup({ chatId: 'wr-付费群1', name: '退役群' })
  await scene.settle()
  await until(scene, '2026-11-30T10:00')
  await scene.sandbox.renameGroup({ chatId: 'wr-付费群1', name: '付费群9' })
  await scene.settle()
  await until(scene, '2026-12-02T10:00')
  expect(scene.created()).toHaveLength(2)
  expect((await duties(scene)).length).toBe(2)
})

test('the file of a pool that is gone for an hour, read groups among it, does not begin the days anew', async () => {
  const scene = await open(SOP.replace('from: created', 'from: pool'))
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi', 退役群: 'lisi' })
  await until(scene, '2026-11-25T12:00')
  const pool = await scene.rawRows<{ pool_since: number }>("SELECT pool_since FROM chat_group WHERE pool = '付费群'")
  const paid = 'groups/paid.yaml'
  const text = `
pool: 付费群
role: paid
groups: { namePrefix: 付费群 }
capacity: 200
entry: {}
inviteBy: task
`
  await rewrite(scene, {
    [FILE]: SOP.replace('付费群', '别的').replace('from: created', 'from: pool'),
    [paid]: text.replaceAll('付费群', '别的'),
  })
  expect(await scene.rawRows("SELECT chat_id FROM chat_group WHERE pool = '付费群'")).toEqual([])
  // Read while it is gone, by its own name; the other is named into the pool only now.
  await scene.db.tx((tx) => scene.huoshui.groups.refresh(tx, 'wr-付费群1'))
  await scene.settle()
  await scene.sandbox.renameGroup({ chatId: 'wr-退役群', name: '付费群9' })
  await scene.settle()
  await rewrite(scene, { [FILE]: SOP.replace('from: created', 'from: pool'), [paid]: text })
  const after = await scene.rawRows<{ chat_id: string; pool_since: number }>(
    "SELECT chat_id, pool_since FROM chat_group WHERE pool = '付费群' AND chat_id <> 'wr-退役群'",
  )
  expect(after.map(({ pool_since }) => pool_since)).toEqual(pool.map(({ pool_since }) => pool_since))
  await until(scene, '2026-11-26T10:00')
  expect(scene.created().sort()).toEqual(['group lisi: wr-付费群2', 'group zhangsan: wr-付费群1'])
  await until(scene, '2026-11-27T10:00')
  expect(scene.created().slice(2)).toEqual(['group lisi: wr-退役群'])
})

test('a step of ten to midnight that is caught up after midnight is for the groups of the day that is over', async () => {
  const scene = await open(SOP.replace('"10:00"', '"23:50"'))
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T12:00')
  await scene.open({ 付费群2: 'lisi' })
  await until(scene, '2026-11-26T23:00')
  await until(scene, '2026-11-27T00:10')
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1'])
  await until(scene, '2026-11-27T23:50')
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1', 'group lisi: wr-付费群2'])
})

test('a group that came into its pool after the hour of a step has nothing of it from a server that is late, and has it once where the day is moved', async () => {
  const sop = SOP.replace('from: created', 'from: pool').replaceAll('day: 2', 'day: 0')
  const scene = await open(
    sop.replace('"10:00"', '"14:00"').replace('"09:30"', '"14:00"').replace('"09:40"', '"14:00"'),
  )
  await scene.open({ 付费群1: 'zhangsan' })
  scene.clock.set(Date.parse('2026-11-24T14:10:00+08:00'))
  await scene.sandbox.createGroup({ name: '付费群2', ownerUserId: 'lisi', chatId: 'wr-付费群2' })
  await scene.settle()
  await until(scene, '2026-11-24T14:11')
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1'])
  expect(await duties(scene)).toEqual(['zhangsan 写好群公告 「付费群1」 open'])
  expect(await tagged(scene)).toEqual(['wr-付费群1'])
  await rewrite(scene, { [FILE]: sop.replaceAll('day: 0', 'day: 1') })
  await until(scene, '2026-11-25T10:00')
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1', 'group lisi: wr-付费群2'])
  expect(await duties(scene)).toEqual(['zhangsan 写好群公告 「付费群1」 open', 'lisi 写好群公告 「付费群2」 open'])
})

test('under another name, the SOP and one of its steps: what groups have had they have had; without «was» it is asked', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-26T10:00')
  expect(scene.created()).toHaveLength(1)
  const renamed = SOP.replace('groupSop: 新群', 'groupSop: 新群七天\nwas: 新群')
    .replace('step: 晒单', 'step: 晒一晒, was: 晒单')
    .replaceAll('day: 2', 'day: 3')
  await rewrite(scene, { [FILE]: renamed })
  expect(await duties(scene)).toEqual(['zhangsan 写好群公告 「付费群1」 open'])
  await until(scene, '2026-11-27T10:00')
  expect(scene.created()).toHaveLength(1)
  expect((await duties(scene)).length).toBe(1)
  expect(await scene.rawRows('SELECT send_name, state FROM send_run')).toEqual([
    { send_name: '新群七天·晒一晒', state: 'running' },
  ])
  const faults = async (text: string): Promise<string[]> => {
    scene.writeConfig({ [FILE]: text })
    await scene.huoshui.rules.check()
    return scene.huoshui.rules.faults().map(({ message }) => message)
  }
  expect(
    await faults(
      SOP.replace('groupSop: 新群', 'groupSop: 又一个')
        .replace('step: 晒单', 'step: 晒一晒')
        .replaceAll('day: 2', 'day: 3'),
    ),
  ).toEqual(['群 SOP「新群七天」不见了，新来了「又一个」：是改名吗'])
  expect(await faults(renamed.replace('step: 晒一晒, was: 晒单', 'step: 秀一秀'))).toEqual([
    '「新群七天」的步骤「晒一晒」不见了，新来了「秀一秀」：是改名吗',
  ])
})

test('however many steps are due at once, the groups are read once; rules that move many groups are one statement', async () => {
  const scene = await open()
  await scene.open(Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`付费群${n}`, 'zhangsan'])))
  const scheduledAtMs = scene.clock.now()
  const [due] = [...scene.huoshui.rules.current().sends.values()].filter(
    ({ occasions }) => occasions?.once !== undefined,
  )
  if (due === undefined) throw new Error('no step')
  const audience = { 'group.daysOld': { eq: 200 } }
  const never = conditionOf(audience, GROUP_FACTS)
  let pages = 0
  const page: typeof groupQueries.page = (tx, asked) => {
    pages += 1
    return groupQueries.page(tx, asked)
  }
  const wanted = { send: { ...due, audience: conditionOf({ 'group.daysOld': { eq: 0 } }, GROUP_FACTS) }, scheduledAtMs }
  const many = [...Array.from({ length: 5 }, () => ({ send: { ...due, audience: never }, scheduledAtMs })), wanted]
  const found = await scene.db.tx((tx) => forAnyGroup(tx, { page, steps: groupSteps }, many))
  expect([[...found], pages]).toEqual([[wanted], 1])

  const book = { ...scene.huoshui.rules.current(), pools: new Map() }
  const updates: string[] = []
  await scene.db.tx((tx) =>
    sortIntoPools(
      {
        ...tx,
        run: (piece) => {
          updates.push('run')
          return tx.run(piece)
        },
        rows: (piece) => {
          updates.push('rows')
          return tx.rows(piece)
        },
      },
      { clock: scene.clock, rules: { current: () => book } },
    ),
  )
  expect(updates).toEqual(['rows', 'run'])
  expect(await scene.rawRows("SELECT chat_id FROM chat_group WHERE pool = '付费群'")).toEqual([])
})

test('groups by their size and age: judged anew before each step, so that whoever has grown gets the rest', async () => {
  const steps = SOP.slice(SOP.indexOf('steps:'))
  const sized = `groupSop: 新群\npools: [付费群]\nfrom: created\nwhen: { group.members: { gte: 3 }, group.daysOld: { lt: 3 } }\n${steps}  - { step: 收尾, day: 3, at: "10:00", send: { text: 第三天 } }\n`
  const scene = await open(sized)
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi', 付费群3: 'lisi' })
  await scene.befriend('zhangsan', ...['A', 'B', 'C', 'D', 'E', 'F'].map((one) => `wm${one}`))
  const join = async (group: string, ...ids: string[]): Promise<void> => {
    for (const externalUserId of ids) await scene.sandbox.joinGroup({ externalUserId, chatId: `wr-付费群${group}` })
    await scene.settle()
    for (let minutes = 0; minutes < 3; minutes++) await scene.advance(MINUTE_MS)
  }
  await join('1', 'wmA', 'wmB', 'wmC')
  await join('2', 'wmD')
  await until(scene, '2026-11-26T09:40')
  expect(await duties(scene)).toEqual(['zhangsan 写好群公告 「付费群1」 open'])
  expect(await tagged(scene)).toEqual(['wr-付费群1'])
  // Too small for the first two steps, large enough for the third.
  await join('2', 'wmE', 'wmF')
  await until(scene, '2026-11-26T10:00')
  expect(scene.created().toSorted()).toEqual(['group lisi: wr-付费群2', 'group zhangsan: wr-付费群1'])
  // Nobody is young enough for the last one.
  await until(scene, '2026-11-27T10:00')
  expect(scene.created()).toHaveLength(2)
})
