import { afterEach, expect, test } from 'vitest'
import { momentsProgram } from '../../cli/moments.ts'
import { runCommand } from '../../testing/run-command.ts'
import { approveMoment } from '../moments/plan-moments.ts'
import { approveRun } from './approve-run.ts'
import { at, heard, openCampaignScene } from './testing/campaign-scene.ts'

type Scene = Awaited<ReturnType<typeof openCampaignScene>>

const opened: Scene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0)) await scene.close()
})

const SALE = `
campaign: 大促
date: "2026-11-28"
audience: { follow.active: true }
dropOut: { bought: true }
approval: 24h
steps:
  - { step: 上新, day: -2, at: "10:00", moment: { text: 新品 } }
  - { step: 当天, day: 0, at: "10:00", send: { text: 今天开始 } }
`
const on = (date: string): string => SALE.replace('2026-11-28', date)

async function open(campaign = SALE): Promise<Scene> {
  const scene = await openCampaignScene(campaign)
  opened.push(scene)
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  return scene
}
async function buy(scene: Scene, externalUserId: string, paidAt: string): Promise<void> {
  const order = { orderId: `o-${externalUserId}`, externalUserId, totalFen: 9_900, status: 'paid' as const }
  await scene.sandbox.order({ ...order, paidAt })
  await scene.settle()
}
async function approveAll(scene: Scene): Promise<void> {
  const by = { by: '王五', nowMs: scene.clock.now() }
  for (const { id } of await scene.rawRows<{ id: number }>("SELECT id FROM send_run WHERE state = 'awaiting'"))
    await scene.db.tx((tx) => approveRun(tx, id, by))
  for (const { id } of await scene.rawRows<{ id: number }>("SELECT id FROM moment_run WHERE state = 'awaiting'"))
    await scene.db.tx((tx) => approveMoment(tx, id, by))
}

test('who buys between the yes and the time gets it no more, and is still one whom it was meant for', async () => {
  const scene = await open()
  await at(scene, '2026-11-25 12:00')
  await approveAll(scene)
  await at(scene, '2026-11-27 12:00')
  await approveAll(scene)
  await at(scene, '2026-11-27 12:05')
  const news = heard(scene)
  news()
  await buy(scene, 'wmB', '2026-11-27T20:00:00+08:00')
  await at(scene, '2026-11-28 10:01')
  expect(news()).toEqual(['11-28 10:02 zhangsan 今天开始 wmA'])
  await at(scene, '2026-11-28 10:05')
  expect(await scene.timelineOf('wmB', 'mass-send%')).toEqual([
    '群发「大促·当天」未送达：「大促」开始以后已经下单，后面的不再发',
  ])
  expect(await scene.rawRows("SELECT external_userid FROM send_recipient WHERE outcome = 'cancelled'")).toEqual([
    { external_userid: 'wmB' },
  ])
})

test('what was called off began nothing: moved behind, who has bought in between gets it', async () => {
  const scene = await open()
  await at(scene, '2026-11-27 12:00')
  // The day itself is called off, and the moment of the 26th had no yes in time.
  await scene.write(on('2026-12-10'))
  await at(scene, '2026-11-29 12:00')
  await buy(scene, 'wmB', '2026-11-29T10:00:00+08:00')
  for (const time of ['12-07 12:00', '12-09 12:00']) {
    await at(scene, `2026-${time}`)
    await approveAll(scene)
  }
  await at(scene, '2026-12-10 10:01')
  expect(heard(scene)()[0]).toBe('12-10 10:02 zhangsan 今天开始 wmA wmB')
})

test('a moment that has gone out is where it began: moved behind, who has bought since gets nothing', async () => {
  const scene = await open()
  const news = heard(scene)
  await at(scene, '2026-11-25 12:00')
  await approveAll(scene)
  await at(scene, '2026-11-26 10:01')
  expect(news()).toEqual(['11-26 10:02 朋友圈 新品'])
  await scene.write(on('2026-12-10'))
  // It does not come again, and nobody is told that it did.
  expect((await runCommand(momentsProgram, ['list'], scene)).out).toContain('「大促·上新」  不会再发')
  await at(scene, '2026-11-29 12:00')
  await buy(scene, 'wmB', '2026-11-29T10:00:00+08:00')
  await at(scene, '2026-12-09 12:00')
  await approveAll(scene)
  await at(scene, '2026-12-10 10:01')
  expect(news()).toEqual(['12-10 10:02 zhangsan 今天开始 wmA'])
})

test('a moment that waits for a yes is asked for again with its new words; one that has it goes out as it was', async () => {
  const scene = await open()
  const news = heard(scene)
  const reworded = SALE.replace('新品', '新品到了')
  await at(scene, '2026-11-25 12:00')
  await scene.write(reworded)
  const runs = () => scene.rawRows('SELECT state, remark FROM moment_run ORDER BY id')
  const over = { state: 'cancelled', remark: '活动改了内容，按新的内容重新请人批准' }
  expect(await runs()).toEqual([over, { state: 'awaiting', remark: null }])
  await approveAll(scene)
  await at(scene, '2026-11-25 12:10')
  await scene.write(SALE.replace('新品', '新品来了'))
  await at(scene, '2026-11-26 10:01')
  expect(news()).toEqual(['11-26 10:02 朋友圈 新品到了'])
})

test('moved to a day that has passed it is called off, and said to be', async () => {
  const scene = await open()
  await at(scene, '2026-11-25 12:00')
  await scene.write(on('2026-11-20'))
  await scene.write(SALE)
  await at(scene, '2026-11-27 12:00')
  await scene.write(on('2026-11-20'))
  const past = '活动改到了已经过去的时间，不会再发；要发就改 date'
  expect(await scene.rawRows("SELECT remark FROM send_run WHERE state = 'cancelled'")).toEqual([{ remark: past }])
  expect(await scene.rawRows("SELECT remark FROM moment_run WHERE state = 'cancelled' ORDER BY id LIMIT 1")).toEqual([
    { remark: past },
  ])
})
