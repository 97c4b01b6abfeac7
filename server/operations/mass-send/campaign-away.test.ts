import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { approveMoment } from '../moments/plan-moments.ts'
import { approveRun } from './approve-run.ts'
import { cancelRun } from './cancel-run.ts'
import { at, heard, openCampaignScene } from './testing/campaign-scene.ts'

type Scene = Awaited<ReturnType<typeof openCampaignScene>>

const opened: Scene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0)) await scene.close()
})

const DINNER = `
campaign: 家宴
date: "2026-11-28"
audience: { follow.active: true }
steps:
  - { step: 备货, day: -2, at: "10:00", duty: { title: 看库存, who: [lisi] } }
  - { step: 预热, day: -2, at: "11:00", send: { text: 后天开始 } }
  - { step: 上新, day: -2, at: "12:00", moment: { text: 家宴专场 } }
`
const APPROVED = `${DINNER}approval: 24h\n`
const off = (text: string): string => `${text}enabled: false\n`
const on = (date: string, text: string): string => text.replace('2026-11-28', date)

async function open(campaign: string): Promise<Scene> {
  const scene = await openCampaignScene(campaign)
  opened.push(scene)
  await scene.befriend('zhangsan', 'wmA')
  return scene
}

/** Yes to all that waits for one. */
async function approveAll(scene: Scene): Promise<void> {
  const by = { by: '王五', nowMs: scene.clock.now() }
  for (const { id } of await scene.rawRows<{ id: number }>("SELECT id FROM send_run WHERE state = 'awaiting'"))
    await scene.db.tx((tx) => approveRun(tx, id, by))
  for (const { id } of await scene.rawRows<{ id: number }>("SELECT id FROM moment_run WHERE state = 'awaiting'"))
    await scene.db.tx((tx) => approveMoment(tx, id, by))
}

async function away(scene: Scene): Promise<void> {
  rmSync(join(scene.configDir, 'campaigns/c.yaml'))
  await scene.huoshui.rules.check()
  await at(scene, '2026-11-25 13:00')
}

test.each([
  ['enabled: false', (scene: Scene) => scene.write(off(APPROVED))],
  ['its file away for an hour', away],
])(
  '%s while a yes is waited for: back again it is asked for once more and goes out, once',
  async (_what, leave) => {
    const scene = await open(APPROVED)
    const news = heard(scene)
    await at(scene, '2026-11-25 12:05')
    await leave(scene)
    await scene.write(APPROVED)
    await approveAll(scene)
    await at(scene, '2026-11-26 11:01')
    expect(news()).toEqual(['11-26 11:02 zhangsan 后天开始 wmA'])
    await at(scene, '2026-11-26 12:01')
    expect(news()).toEqual(['11-26 12:02 朋友圈 家宴专场'])
  },
  60_000,
)

test('with a yes and before its time: off, and back on another day, it wants another yes and goes out then', async () => {
  const scene = await open(APPROVED)
  const news = heard(scene)
  await at(scene, '2026-11-25 12:05')
  await approveAll(scene)
  await at(scene, '2026-11-25 12:10')
  await scene.write(off(APPROVED))
  await scene.write(on('2026-11-29', APPROVED))
  await at(scene, '2026-11-26 12:05')
  expect(news()).toEqual([])
  await approveAll(scene)
  await at(scene, '2026-11-27 11:01')
  await at(scene, '2026-11-27 12:01')
  expect(news()).toEqual(['11-27 12:02 zhangsan 后天开始 wmA', '11-27 12:02 朋友圈 家宴专场'])
})

test('what WeCom has been asked for does not come again, off and back on another day; who was asked in vain is', async () => {
  const scene = await open(DINNER)
  const news = heard(scene)
  for (const time of ['10:01', '11:01', '12:01']) await at(scene, `2026-11-26 ${time}`)
  expect(news()).toHaveLength(2)
  await scene.write(off(DINNER))
  await scene.write(on('2026-12-05', DINNER))
  for (const time of ['10:01', '11:01', '12:01']) await at(scene, `2026-12-03 ${time}`)
  expect(news()).toEqual([])
  // What is asked for anew stands in the place of what was dropped.
  expect(await scene.rawRows('SELECT userid, state FROM duty')).toEqual([{ userid: 'lisi', state: 'open' }])
})

test('what a person has cancelled does not come again, off and on', async () => {
  const scene = await open(APPROVED)
  await at(scene, '2026-11-25 11:05')
  await scene.db.tx((tx) => cancelRun(tx, 1, { nowMs: scene.clock.now(), why: '已由人取消' }))
  await scene.write(off(APPROVED))
  await scene.write(APPROVED)
  expect(await scene.rawRows('SELECT state FROM send_run')).toEqual([{ state: 'cancelled' }])
})
