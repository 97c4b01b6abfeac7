import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { type GroupScene, openGroupScene } from '../../mass-send/testing/group-scene.ts'
import { TASK_DAY } from '../task-tables.ts'

/** A to-do takes a place of one day of one person, and gives back that one and no other. */

const opened: GroupScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const OFF = 'send: 没有用\nenabled: false\naudience: {}\ncontent: { text: 无 }\nat: "2026-09-01 10:00"\n'
const duty = (name: string, date: string, step: string): string =>
  `campaign: ${name}\ndate: "${date}"\naudience: { follow.active: true }\nsteps:\n  - { step: 一步, day: 0, ${step} }\n`
const STOCK = duty(
  '家宴',
  '2026-11-26',
  'at: "10:00", duty: { title: 看库存, who: [zhangsan], within: 3d, tell: [lisi] }',
)
const OWN = duty('陈列', '2026-11-26', 'at: "10:00", duty: { title: 摆货, who: [lisi], within: 3d }')
const LIMIT = 'tasksPerGuidePerDay: 3\n'

async function open(config: Record<string, string>): Promise<GroupScene> {
  const scene = await openGroupScene({
    now: '2026-11-25T12:00:00+08:00',
    sends: OFF,
    config: { 'policy.yaml': LIMIT, ...config },
  })
  opened.push(scene)
  return scene
}
async function until(scene: GroupScene, time: string): Promise<void> {
  scene.clock.set(Date.parse(`${time}:30+08:00`))
  for (let round = 0; round < 3; round++) await scene.advance(MINUTE_MS / 2)
}
const check = async (scene: GroupScene): Promise<void> => {
  await scene.huoshui.rules.check()
  expect(scene.huoshui.rules.faults()).toEqual([])
}
async function takeAway(scene: GroupScene, file: string, time: string): Promise<void> {
  rmSync(join(scene.configDir, file))
  await check(scene)
  await until(scene, time)
}
/** `userid day places`, of days with any. */
const days = async (scene: GroupScene): Promise<string[]> =>
  (
    await scene.rawRows<{ userid: string; day: string; opened: number }>(
      'SELECT userid, day, opened FROM task_day WHERE opened > 0 ORDER BY userid, day',
    )
  ).map(({ userid, day, opened: places }) => `${userid} ${day.slice(5)} ${places}`)

test('handed on to whoever stays it is work of their day, and of no more when its rule goes', async () => {
  const scene = await open({ 'campaigns/a.yaml': STOCK, 'campaigns/b.yaml': OWN })
  await until(scene, '2026-11-26T10:00')
  expect(await days(scene)).toEqual(['lisi 11-26 1', 'zhangsan 11-26 1'])
  await scene.sandbox.removeStaff({ userId: 'zhangsan' })
  await scene.settle()
  expect(await days(scene)).toContain('lisi 11-26 2')
  await takeAway(scene, 'campaigns/a.yaml', '2026-11-26T11:00')
  expect(await days(scene)).toContain('lisi 11-26 1')
})

test('moved to another day it is told anew and no new work; that day keeps its places when its rule goes', async () => {
  const later = OWN.replace('11-26', '11-27').replace('lisi', 'zhangsan')
  const scene = await open({ 'campaigns/a.yaml': STOCK, 'campaigns/b.yaml': later })
  await until(scene, '2026-11-26T10:00')
  await until(scene, '2026-11-27T10:00')
  expect(await days(scene)).toEqual(['zhangsan 11-26 1', 'zhangsan 11-27 1'])
  scene.writeConfig({ 'campaigns/a.yaml': STOCK.replace('11-26', '11-28') })
  await check(scene)
  await until(scene, '2026-11-27T11:00')
  expect(await scene.rawRows("SELECT due_at FROM duty WHERE title = '看库存'")).toEqual([
    { due_at: Date.parse('2026-12-01T10:00:00+08:00') },
  ])
  await takeAway(scene, 'campaigns/a.yaml', '2026-11-27T12:00')
  // Its own day, which is over.
  expect(await days(scene)).toEqual(['zhangsan 11-27 1'])
})

test('asked for while nothing was counted it gives nothing back, and neither does what waited for room', async () => {
  const unlimited = 'quiet: "21:30-09:00"\n'
  const scene = await open({ 'campaigns/a.yaml': STOCK, 'policy.yaml': unlimited })
  await until(scene, '2026-11-26T10:00')
  scene.writeConfig({
    'policy.yaml': 'tasksPerGuidePerDay: 1\n',
    'campaigns/b.yaml': OWN.replace('10:00', '11:00').replace('lisi', 'zhangsan'),
    'campaigns/c.yaml': OWN.replace('陈列', '盘点').replace('10:00', '11:10').replace('lisi', 'zhangsan'),
  })
  await check(scene)
  for (const time of ['10:05', '11:00', '11:10']) await until(scene, `2026-11-26T${time}`)
  expect(await scene.rawRows('SELECT state FROM duty ORDER BY id')).toEqual([
    { state: 'open' },
    { state: 'open' },
    { state: 'held' },
  ])
  expect(await days(scene)).toEqual(['zhangsan 11-26 1'])
  await takeAway(scene, 'campaigns/a.yaml', '2026-11-26T12:00')
  await takeAway(scene, 'campaigns/c.yaml', '2026-11-26T12:10')
  expect(await days(scene)).toEqual(['zhangsan 11-26 1'])
  await takeAway(scene, 'campaigns/b.yaml', '2026-11-26T12:20')
  expect(await days(scene)).toEqual([])
})

test('a day is as full for whoever has another userid since', async () => {
  const scene = await open({ 'campaigns/a.yaml': STOCK })
  await until(scene, '2026-11-26T10:00')
  await scene.sandbox.renameStaff({ userId: 'zhangsan', newUserId: 'zhangsan2' })
  await scene.settle()
  expect(await days(scene)).toEqual(['zhangsan2 11-26 1'])
  await takeAway(scene, 'campaigns/a.yaml', '2026-11-26T11:00')
  expect(await days(scene)).toEqual([])
})

test('what was asked of the new userid before the rename was known is of the same day', async () => {
  const scene = await open({ 'campaigns/a.yaml': STOCK })
  await until(scene, '2026-11-26T10:00')
  // A mass send was planned from a list that had the new one already; another day, and another guide, have places of their own.
  const counts = [
    { userid: 'zhangsan2', day: '2026-11-26', opened: 2 },
    { userid: 'zhangsan2', day: '2026-11-25', opened: 1 },
    { userid: 'lisi', day: '2026-11-26', opened: 1 },
  ]
  await scene.db.tx((tx) => tx.upsert(TASK_DAY, counts, ['userid', 'day']))
  await scene.sandbox.renameStaff({ userId: 'zhangsan', newUserId: 'zhangsan2' })
  await scene.settle()
  const after = ['lisi 11-26 1', 'zhangsan2 11-25 1', 'zhangsan2 11-26 3']
  expect(await days(scene)).toEqual(after)
  const renamed = { oldUserId: 'zhangsan', newUserId: 'zhangsan2', atMs: scene.clock.now() }
  const rename = () => scene.db.tx((tx) => scene.huoshui.tasks.guideRenamed(tx, renamed))
  await rename()
  expect(await days(scene)).toEqual(after)
  await takeAway(scene, 'campaigns/a.yaml', '2026-11-26T11:00')
  expect(await days(scene)).toEqual(['lisi 11-26 1', 'zhangsan2 11-25 1', 'zhangsan2 11-26 2'])
})
