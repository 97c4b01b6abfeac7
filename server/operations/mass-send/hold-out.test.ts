import { afterEach, expect, it } from 'vitest'
import { drawPoint } from '../../core/kernel/draw.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { sendEffect } from './send-effect.ts'
import { openSendScene, type SendScene } from './testing/send-scene.ts'

let t: SendScene
afterEach(() => t.close())

const PEOPLE = Array.from({ length: 12 }, (_, n) => `wm${n}`)
const isHeldOut = (id: string, percent = 40): boolean => drawPoint('send:大促', id) * 100 < percent
const watched = PEOPLE.filter((id) => isHeldOut(id))
const asked = PEOPLE.filter((id) => !isHeldOut(id))

const SEND = `
send: 大促
audience: { follow.active: true }
content: { text: 全场八折 }
at: "2026-11-25 10:00"
holdOut: { percent: 40, days: 3 }
`
const open = async (config: Record<string, string> = {}): Promise<void> => {
  t = await openSendScene({ sends: SEND, config })
  await t.befriend('zhangsan', ...PEOPLE)
  for (let minute = 0; minute < 2; minute++) await t.advance(MINUTE_MS)
}
async function buy(externalUserId = '', paidAt = '', status: 'paid' | 'refunded' = 'paid'): Promise<void> {
  const order = { orderId: `o-${externalUserId}-${paidAt}`, externalUserId, totalFen: 10_000, paidAt }
  for (const each of new Set(['paid', status] as const)) await t.sandbox.order({ ...order, status: each })
  await t.settle()
}

it('those held out get nothing and hear nothing of it; what both sides buy within the days is compared', async () => {
  await open()
  expect(watched.length).toBeGreaterThan(1)
  expect(t.created()).toEqual([`zhangsan: ${asked.join(' ')}`])
  expect((await t.outcomes()).filter((line) => line.endsWith('held-out'))).toEqual(
    watched.map((id) => `${id} held-out`).sort(),
  )
  expect(await t.timeline(watched[0] ?? '')).toEqual([])
  await t.confirmAll('zhangsan')
  const before = await t.db.tx((tx) => sendEffect(tx, 1, t.clock.now()))
  expect(before?.arms).toMatchObject([
    { name: '对照组', weight: 40, assigned: watched.length, people: 0 },
    { name: '群发的人', weight: 60, assigned: asked.length, people: 0 },
  ])
  t.clock.advance(3 * DAY_MS)
  const [early, late, back, other] = asked
  await buy(early, '2026-11-25T10:00:00+08:00')
  await buy(early, '2026-11-26T10:00:00+08:00')
  // Too late, before it, and given back.
  await buy(late, '2026-11-28T10:00:00+08:00')
  await buy(other, '2026-11-25T09:59:59+08:00')
  await buy(back, '2026-11-25T12:00:00+08:00', 'refunded')
  await buy(watched[0], '2026-11-28T09:59:59+08:00')
  const after = await t.db.tx((tx) => sendEffect(tx, 1, t.clock.now()))
  expect(after?.arms).toMatchObject([
    { people: watched.length, goals: 1 },
    { people: asked.length, goals: 1 },
  ])
})

it('who gets no marketing at all is in no send, and not part of the comparison', async () => {
  await open({ 'policy.yaml': 'holdOut: { percent: 20 }\n' })
  const none = PEOPLE.filter((id) => drawPoint('no-marketing', id) * 100 < 20)
  expect(none.length).toBeGreaterThan(0)
  expect(t.created()).toEqual([`zhangsan: ${asked.filter((id) => !none.includes(id)).join(' ')}`])
  const effect = await t.db.tx((tx) => sendEffect(tx, 1, t.clock.now()))
  expect(effect?.arms.map(({ assigned }) => assigned)).toEqual([
    watched.filter((id) => !none.includes(id)).length,
    asked.filter((id) => !none.includes(id)).length,
  ])
})

it('under another name the same people are held out, also after a second one and once the old one is not written any more', async () => {
  const weekly = SEND.replace('at: "2026-11-25 10:00"', 'cron: "0 10 * * *"')
  await open({ 'sends/sends.yaml': weekly })
  const under = (name: string) => PEOPLE.filter((id) => drawPoint(`send:${name}`, id) * 100 < 40)
  // Else the test could not tell by which name they are drawn.
  for (const name of ['年末大促', '收官大促']) expect(under(name)).not.toEqual(watched)
  const heldOut = async (day: string): Promise<string[]> => {
    t.clock.set(Date.parse(`2026-11-${day}T10:00:00+08:00`))
    for (let minute = 0; minute < 2; minute++) await t.advance(MINUTE_MS)
    const rows = await t.rawRows<{ external_userid: string }>(
      `SELECT external_userid FROM send_recipient WHERE outcome = 'held-out'
         AND run_id = (SELECT MAX(id) FROM send_run) ORDER BY id`,
    )
    return rows.map((row) => row.external_userid).sort()
  }
  const rename = async (to: string): Promise<void> => {
    t.writeConfig({ 'sends/sends.yaml': weekly.replace('send: 大促', to) })
    await t.huoshui.rules.check()
    expect(t.huoshui.rules.faults()).toEqual([])
  }
  const same = watched.toSorted()
  expect(await heldOut('26')).toEqual(same)
  await rename('send: 年末大促\nwas: 大促')
  expect(await heldOut('27')).toEqual(same)
  await rename('send: 收官大促\nwas: 年末大促')
  expect(await heldOut('28')).toEqual(same)
  await rename('send: 收官大促')
  expect(await heldOut('29')).toEqual(same)
})
