import { afterEach, expect, it } from 'vitest'
import { sql } from '../../core/db/sql.ts'
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

const weekly = SEND.replace('at: "2026-11-25 10:00"', 'cron: "0 10 * * *"')
const called = (head: string): string => weekly.replace('send: 大促', head)
const under = (key: string): string[] => PEOPLE.filter((id) => drawPoint(`send:${key}`, id) * 100 < 40).sort()
const [FIRST, SECOND, THIRD] = ['大促', '年末大促', '收官大促']

/** Whom the last run of this name held out, at ten on that day of November. */
async function heldOut(day: string, name: string): Promise<string[]> {
  t.clock.set(Date.parse(`2026-11-${day}T10:00:00+08:00`))
  for (let minute = 0; minute < 2; minute++) await t.advance(MINUTE_MS)
  const rows = await t.rawRows<{ external_userid: string }>(
    `SELECT external_userid FROM send_recipient WHERE outcome = 'held-out'
       AND run_id = (SELECT MAX(id) FROM send_run WHERE send_name = '${name}') ORDER BY external_userid`,
  )
  return rows.map((row) => row.external_userid)
}
async function write(...heads: string[]): Promise<void> {
  t.writeConfig({ 'sends/sends.yaml': heads.map(called).join('---') })
  await t.huoshui.rules.check()
  expect(t.huoshui.rules.faults()).toEqual([])
  // What is new gets its first time.
  await t.advance(MINUTE_MS)
}

it('under another name the same people are held out, also after a second one and once the old one is not written any more', async () => {
  await open({ 'sends/sends.yaml': weekly })
  // Else the test could not tell by which name they are drawn.
  for (const name of [SECOND, THIRD]) expect(under(name)).not.toEqual(under(FIRST))
  expect(await heldOut('26', FIRST)).toEqual(under(FIRST))
  await write(`send: ${SECOND}\nwas: ${FIRST}`)
  expect(await heldOut('27', SECOND)).toEqual(under(FIRST))
  await write(`send: ${THIRD}\nwas: ${SECOND}`)
  expect(await heldOut('28', THIRD)).toEqual(under(FIRST))
  await write(`send: ${THIRD}`)
  expect(await heldOut('29', THIRD)).toEqual(under(FIRST))
})

it('a name that another send had before brings its draw along to nobody', async () => {
  await open({ 'sends/sends.yaml': called(`send: ${SECOND}`) })
  expect(await heldOut('26', SECOND)).toEqual(under(SECOND))
  await write(`send: ${SECOND}`, `send: ${FIRST}`)
  expect(await heldOut('27', FIRST)).toEqual(under(FIRST))
  expect(await heldOut('27', SECOND)).toEqual(under(SECOND))
  await write(`send: ${FIRST}`)
  await write(`send: ${SECOND}\nwas: ${FIRST}`)
  expect(await heldOut('28', SECOND)).toEqual(under(FIRST))
  await write(`send: ${THIRD}\nwas: ${SECOND}`)
  expect(await heldOut('29', THIRD)).toEqual(under(FIRST))
})

it('what is called as another send was draws its own people, and keeps them', async () => {
  await open({ 'sends/sends.yaml': weekly })
  await write(`send: ${SECOND}\nwas: ${FIRST}`)
  await write(`send: ${SECOND}`)
  await write(`send: ${SECOND}`, `send: ${FIRST}`)
  const own = under(`${FIRST}#2`)
  expect(own).not.toEqual(under(FIRST))
  expect(await heldOut('26', FIRST)).toEqual(own)
  expect(await heldOut('26', SECOND)).toEqual(under(FIRST))
  await write(`send: ${SECOND}`, `send: ${THIRD}\nwas: ${FIRST}`)
  expect(await heldOut('27', THIRD)).toEqual(own)
  expect(await heldOut('27', SECOND)).toEqual(under(FIRST))
})

it('a rename by the release before, which knows of no draw, changes nobody', async () => {
  await open({ 'sends/sends.yaml': weekly })
  await t.db.tx((tx) => tx.run(sql`UPDATE send_run SET send_name = ${SECOND}`))
  await write(`send: ${SECOND}\nwas: ${FIRST}`)
  expect(await heldOut('26', SECOND)).toEqual(under(FIRST))
})
