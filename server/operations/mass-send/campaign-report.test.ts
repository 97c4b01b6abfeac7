import { afterEach, expect, test } from 'vitest'
import { campaignsProgram } from '../../cli/campaigns.ts'
import { sendsProgram } from '../../cli/sends.ts'
import { drawPoint } from '../../core/kernel/draw.ts'
import { runCommand } from '../../testing/run-command.ts'
import { approveRun } from './approve-run.ts'
import type { CampaignReport } from './campaign-report.ts'
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
holdOut: { percent: 50, days: 3 }
steps:
  - { step: 预热, day: -2, at: "11:00", send: { text: 后天开始 } }
  - { step: 当天, day: 0, at: "10:00", send: { text: 今天开始 } }
  - { step: 收尾, day: 2, at: "10:00", send: { text: 今晚截止 } }
`
const PEOPLE = Array.from({ length: 16 }, (_, n) => `wm${10 + n}`)
const isHeldOut = (id: string, percent = 50): boolean => drawPoint('campaign:大促', id) * 100 < percent
const asked = PEOPLE.filter((id) => !isHeldOut(id))
const heldOut = PEOPLE.filter((id) => isHeldOut(id))

async function open(campaign = SALE): Promise<Scene> {
  const scene = await openCampaignScene(campaign)
  opened.push(scene)
  await scene.befriend('zhangsan', ...PEOPLE)
  return scene
}

async function report(scene: Scene, command: string[] = ['show', '大促']): Promise<CampaignReport> {
  const { out } = await runCommand(campaignsProgram, [...command, '--json'], scene)
  return JSON.parse(out) as CampaignReport
}
const arms = async (scene: Scene) => {
  const { whole } = await report(scene)
  return whole && { meant: whole.meant.people, heldOut: whole.heldOut?.people }
}
const idOf = async (scene: Scene, state: string): Promise<number> =>
  (await scene.rawRows<{ id: number }>(`SELECT id FROM send_run WHERE state = '${state}' ORDER BY id DESC`))[0]?.id ?? 0

async function approve(scene: Scene): Promise<void> {
  const id = await idOf(scene, 'awaiting')
  await scene.db.tx((tx) => approveRun(tx, id, { by: '王五', nowMs: scene.clock.now() }))
}

test('the hold-out changed midway: whoever was asked once is on one side only, and the report goes by what was', async () => {
  const scene = await open()
  await at(scene, '2026-11-26 11:01')
  expect(await arms(scene)).toEqual({ meant: asked.length, heldOut: heldOut.length })
  await scene.write(SALE.replace('percent: 50', 'percent: 30'))
  await at(scene, '2026-11-28 10:01')
  const still = PEOPLE.filter((id) => isHeldOut(id, 30))
  expect([still.length > 0, still.length < heldOut.length]).toEqual([true, true])
  expect(await arms(scene)).toEqual({ meant: PEOPLE.length - still.length, heldOut: still.length })
  // Without a hold-out in the file: those who were held out of all until now are known all the same.
  await scene.write(SALE.replace('holdOut: { percent: 50, days: 3 }\n', ''))
  expect(await arms(scene)).toEqual({ meant: PEOPLE.length - still.length, heldOut: still.length })
  const { whole } = await report(scene)
  // The days of its runs, after the last step.
  expect(whole?.toMs).toBe(Date.parse('2026-12-03T10:00:00+08:00'))
})

test('the whole is of what has gone out: not of what was called off or waits for its time, whoever did not confirm, had it taken back or refused is in it', async () => {
  const scene = await open(`${SALE}approval: 24h\n`)
  await at(scene, '2026-11-25 11:05')
  await approve(scene)
  await at(scene, '2026-11-25 11:10')
  // Approved for tomorrow.
  expect((await report(scene)).whole).toBeUndefined()
  await scene.write(`${SALE.replace('2026-11-28', '2026-11-30')}approval: 24h\n`)
  // Called off, and moved: nothing of it is the step's.
  expect((await report(scene)).steps[0]?.run).toBeUndefined()
  expect((await report(scene)).whole).toBeUndefined()
  await at(scene, '2026-11-27 11:05')
  await approve(scene)
  await at(scene, '2026-11-27 11:10')
  const [refuser = ''] = asked
  await scene.db.tx((tx) =>
    scene.huoshui.privacy.consents.record(tx, {
      ...{
        externalUserId: refuser,
        kind: 'marketing',
        scope: '',
        state: 'refused',
        source: 'guide',
        byWhom: 'zhangsan',
      },
    }),
  )
  await scene.settle()
  const news = heard(scene)
  news()
  await at(scene, '2026-11-28 11:01')
  expect(news()).toEqual([`11-28 11:02 zhangsan 后天开始 ${asked.filter((id) => id !== refuser).join(' ')}`])
  // Nobody confirms it, and one of the others buys all the same.
  const bought = { orderId: 'o1', externalUserId: asked[1] ?? '', totalFen: 9_900, status: 'paid' as const }
  await scene.sandbox.order({ ...bought, paidAt: '2026-11-28T12:00:00+08:00' })
  await scene.settle()
  await scene.advance(0)
  const { whole } = await report(scene)
  expect(whole?.fromMs).toBe(Date.parse('2026-11-28T11:00:00+08:00'))
  expect(whole?.meant).toEqual({ people: asked.length, buyers: 1, fen: 9_900 })
  expect(whole?.heldOut).toEqual({ people: heldOut.length, buyers: 0, fen: 0 })
  // Taken back from the guide: meant all the same.
  await runCommand(sendsProgram, ['cancel', String(await idOf(scene, 'running'))], scene)
  await at(scene, '2026-11-28 12:30')
  expect((await report(scene)).whole?.meant).toEqual({ people: asked.length, buyers: 1, fen: 9_900 })
  // A list is not asked what was ordered.
  const { campaigns } = (await report(scene, ['list'])) as unknown as { campaigns: CampaignReport[] }
  expect(campaigns.map(({ whole: sum, steps }) => [sum, steps.map(({ brought }) => brought)])).toEqual([
    [undefined, [undefined, undefined, undefined]],
  ])
  expect((await report(scene)).steps[0]?.brought).toEqual({ asked: asked.length, sent: 0, buyers: 0 })
})

test('what a later step brings is said of the whole only; a moved step that is out has no next time', async () => {
  const scene = await open()
  await at(scene, '2026-11-26 11:01')
  await scene.confirmAll('zhangsan')
  await at(scene, '2026-11-28 10:01')
  const first = await runCommand(sendsProgram, ['effect', '1'], scene)
  expect([first.code, first.out]).toEqual([0, expect.stringContaining('「大促·预热」的对照组')])
  const second = await runCommand(sendsProgram, ['effect', '2'], scene)
  expect(second.err).toBe(
    '「大促·当天」不是活动「大促」发给客户的第一步，前面的已经让两边不一样了，单看这一步说不出它带来了什么。整个活动和对照组比：npm run -s campaigns -- show 大促',
  )
  await scene.write(SALE.replace('2026-11-28', '2026-12-08'))
  const { out } = await runCommand(sendsProgram, ['list'], scene)
  expect(out).toContain('「大促·预热」  不会再发')
  expect(out).toContain('「大促·收尾」  下次 2026-12-10 10:00')
})
