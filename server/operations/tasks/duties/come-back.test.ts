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
