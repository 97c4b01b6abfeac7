import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { type GroupScene, openGroupScene } from '../../mass-send/testing/group-scene.ts'

/** A to-do whose rule is away for a while: dropped with it, and asked for again once it is back, as long as there is time. */

const opened: GroupScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const OFF = 'send: 没有用\nenabled: false\naudience: {}\ncontent: { text: 无 }\nat: "2026-09-01 10:00"\n'
const FILE = 'group-sops/new.yaml'
const SOP = `
groupSop: 新群
pools: [付费群]
from: created
steps:
  - { step: 公告, day: 1, at: "09:30", duty: { title: 写好群公告, within: 3h } }
`

async function until(scene: GroupScene, at: string): Promise<void> {
  scene.clock.set(Date.parse(`${at}:30+08:00`))
  for (let round = 0; round < 3; round++) await scene.advance(MINUTE_MS / 2)
}
const duties = async (scene: GroupScene): Promise<string[]> =>
  (
    await scene.rawRows<{ userid: string; title: string; state: string }>(
      'SELECT userid, title, state FROM duty ORDER BY id',
    )
  ).map(({ userid, title, state }) => `${userid} ${title} ${state}`)
const told = (scene: GroupScene): number =>
  scene.sandbox.calls('message/send').filter(({ body }) => JSON.stringify(body).includes('zhangsan')).length
const check = async (scene: GroupScene): Promise<void> => {
  await scene.huoshui.rules.check()
  expect(scene.huoshui.rules.faults()).toEqual([])
}

test.each([
  ['in time, also where another was done meanwhile', '2026-11-25T11:00', 'open'],
  ['when its time is over', '2026-11-25T12:31', 'dropped'],
])('the file is back %s', async (_when, backAt, state) => {
  const scene = await openGroupScene({ now: '2026-11-24T12:00:00+08:00', sends: OFF, config: { [FILE]: SOP } })
  opened.push(scene)
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi' })
  await until(scene, '2026-11-25T09:31')
  expect((await duties(scene)).sort()).toEqual(['lisi 写好群公告 open', 'zhangsan 写好群公告 open'])
  const [own] = await scene.rawRows<{ id: number }>("SELECT id FROM duty WHERE userid = 'lisi'")
  await scene.db.tx((tx) =>
    scene.huoshui.tasks.duties.closeOwn(tx, { id: own?.id ?? 0, userId: 'lisi', outcome: 'done' }),
  )
  const before = told(scene)

  rmSync(join(scene.configDir, FILE))
  await check(scene)
  await until(scene, '2026-11-25T10:00')
  expect((await duties(scene)).sort()).toEqual(['lisi 写好群公告 done', 'zhangsan 写好群公告 dropped'])

  scene.writeConfig({ [FILE]: SOP })
  await check(scene)
  // A second process that finds the same.
  const second = await scene.again()
  opened.push(second)
  for (const process of [scene, second]) await until(process, backAt)
  expect((await duties(scene)).sort()).toEqual(['lisi 写好群公告 done', `zhangsan 写好群公告 ${state}`])
  expect(told(scene) - before).toBe(state === 'open' ? 1 : 0)
  await until(scene, '2026-11-26T09:31')
  expect((await duties(scene)).sort()).toEqual(['lisi 写好群公告 done', `zhangsan 写好群公告 ${state}`])
})

const STOCK = `
campaign: 家宴
date: "2026-11-28"
audience: { follow.active: true }
steps:
  - { step: 备货, day: -2, at: "10:00", duty: { title: 看库存, who: [zhangsan], within: 3d, tell: [lisi] } }
`
const DINNER = 'campaigns/dinner.yaml'
async function openDinner(): Promise<GroupScene> {
  const scene = await openGroupScene({ now: '2026-11-25T12:00:00+08:00', sends: OFF, config: { [DINNER]: STOCK } })
  opened.push(scene)
  await until(scene, '2026-11-26T10:01')
  expect(await duties(scene)).toEqual(['zhangsan 看库存 open'])
  return scene
}
/** Away, looked at while it is, and back as `text`. */
async function away(scene: GroupScene, file: string, { at, text }: { at: string; text: string }): Promise<void> {
  rmSync(join(scene.configDir, file))
  await check(scene)
  await until(scene, at)
  scene.writeConfig({ [file]: text })
  await check(scene)
  await until(scene, at.replace(':00', ':05'))
}

test('back with another day it comes on that day, in the words of now; not before', async () => {
  const scene = await openDinner()
  const later = STOCK.replace('11-28', '12-08').replace('看库存', '看新库存')
  await away(scene, DINNER, { at: '2026-11-26T11:00', text: later })
  expect(await duties(scene)).toEqual(['zhangsan 看库存 dropped'])
  await until(scene, '2026-12-06T10:01')
  expect(await duties(scene)).toEqual(['zhangsan 看新库存 open'])
})

test('back more than a day later it is told all the same, in the words of now, and only to those who are named now', async () => {
  const scene = await openDinner()
  const before = told(scene)
  await away(scene, DINNER, { at: '2026-11-27T12:00', text: STOCK.replace('看库存', '看新库存') })
  expect(await duties(scene)).toEqual(['zhangsan 看新库存 open'])
  expect(told(scene) - before).toBe(1)
  await away(scene, DINNER, { at: '2026-11-27T13:00', text: STOCK.replace('[zhangsan]', '[lisi]') })
  expect(await duties(scene)).toEqual(['lisi 看库存 open'])
})

test('back while whoever was asked has another userid, or has left; what was done by the former one is done', async () => {
  const scene = await openDinner()
  rmSync(join(scene.configDir, DINNER))
  await check(scene)
  await until(scene, '2026-11-26T11:00')
  await scene.sandbox.renameStaff({ userId: 'zhangsan', newUserId: 'zhangsan2' })
  await scene.settle()
  scene.writeConfig({ [DINNER]: STOCK })
  await check(scene)
  await until(scene, '2026-11-26T11:05')
  expect(await duties(scene)).toEqual(['zhangsan2 看库存 open'])

  rmSync(join(scene.configDir, DINNER))
  await check(scene)
  await until(scene, '2026-11-26T12:00')
  await scene.sandbox.removeStaff({ userId: 'zhangsan2' })
  await scene.settle()
  scene.writeConfig({ [DINNER]: STOCK })
  await check(scene)
  await until(scene, '2026-11-26T12:05')
  expect(await duties(scene)).toEqual(['lisi 看库存 open'])

  const [row] = await scene.rawRows<{ id: number }>('SELECT id FROM duty')
  await scene.db.tx((tx) =>
    scene.huoshui.tasks.duties.closeOwn(tx, { id: row?.id ?? 0, userId: 'lisi', outcome: 'done' }),
  )
  await scene.sandbox.renameStaff({ userId: 'lisi', newUserId: 'lisi2' })
  await scene.settle()
  await away(scene, DINNER, { at: '2026-11-26T13:00', text: STOCK })
  expect(await duties(scene)).toEqual(['lisi2 看库存 done'])
})

test('a full day stays full: what waited for a place waits on, what had one has it again', async () => {
  const scene = await openGroupScene({
    now: '2026-11-24T12:00:00+08:00',
    sends: OFF,
    config: {
      [FILE]: SOP,
      'group-sops/two.yaml': SOP.replace('新群', '又一个').replace('09:30', '09:40'),
      'policy.yaml': 'tasksPerGuidePerDay: 1\n',
    },
  })
  opened.push(scene)
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T09:41')
  const states = async () => (await duties(scene)).map((one) => one.split(' ')[2]).sort()
  expect(await states()).toEqual(['held', 'open'])
  const second = SOP.replace('新群', '又一个').replace('09:30', '09:40')
  await away(scene, 'group-sops/two.yaml', { at: '2026-11-25T10:00', text: second })
  expect(await states()).toEqual(['held', 'open'])
  await away(scene, FILE, { at: '2026-11-25T10:30', text: SOP })
  expect(await states()).toEqual(['held', 'open'])
})

test('a step of a group SOP that nobody has seen to is still to be had, on another day than the group was asked for', async () => {
  const scene = await openGroupScene({ now: '2026-11-24T12:00:00+08:00', sends: OFF, config: { [FILE]: SOP } })
  opened.push(scene)
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi' })
  await until(scene, '2026-11-25T09:31')
  const [own] = await scene.rawRows<{ id: number }>("SELECT id FROM duty WHERE userid = 'lisi'")
  await scene.db.tx((tx) =>
    scene.huoshui.tasks.duties.closeOwn(tx, { id: own?.id ?? 0, userId: 'lisi', outcome: 'done' }),
  )
  await away(scene, FILE, { at: '2026-11-25T10:00', text: SOP.replace('day: 1', 'day: 3') })
  expect((await duties(scene)).sort()).toEqual(['lisi 写好群公告 done', 'zhangsan 写好群公告 dropped'])
  await until(scene, '2026-11-27T09:31')
  expect((await duties(scene)).filter((one) => !one.endsWith('dropped')).sort()).toEqual([
    'lisi 写好群公告 done',
    'zhangsan 写好群公告 open',
  ])
})
