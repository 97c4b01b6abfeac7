import { afterEach, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { leapOrdinal } from '../../../records/profiles/birthday.ts'
import { CUSTOMER_PROFILE } from '../../../records/profiles/profile-tables.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

const asking = (sop: string, trigger: string, more = ''): string =>
  `sop: ${sop}\nname: ${sop}\ntrigger: ${trigger}\nsteps: [ { task: { for: guide, title: ${sop} } } ]\n${more}`

const entered = async (id: string): Promise<string[]> =>
  (await t.timeline(id)).filter((line) => line.startsWith('进入')).sort()

it('comes on the day after something, before a birthday, and once for each silence', async () => {
  t = await openSopScene({
    sop: [
      asking('day-two', '{ day: 2, since: order.last, at: "10:00" }', 'reenterAfterDays: 0\n'),
      asking('birthday', '{ birthday: 4, at: "10:00" }'),
      asking('silent', '{ silence: 2, at: "10:00" }', 'reenterAfterDays: 0\n'),
    ].join('---\n'),
  })
  const id = await t.scan({ state: 'store-code' })
  await t.db.tx((tx) =>
    tx.insert(CUSTOMER_PROFILE, {
      external_userid: id,
      birth_month: 11,
      birth_day: 28,
      birth_ordinal: leapOrdinal(11, 28),
      told_by: 'guide',
      told_at: 0,
    }),
  )
  await t.pay(id)
  await t.until('2026-11-24T09:59:58')
  expect(await entered(id)).toEqual([])
  await t.until('2026-11-24T10:00:10')
  expect(await entered(id)).toEqual([
    '进入 SOP「birthday」（生日前 4 天）',
    '进入 SOP「day-two」（最近一单后第 2 天）',
    '进入 SOP「silent」（沉默满 2 天）',
  ])
  // The same silence lasts; a payment ends it, and two days later there is another.
  await t.until('2026-11-25T10:00:10')
  await t.pay(id, 'o2')
  expect(await t.journeys(id)).toHaveLength(3)
  await t.until('2026-11-27T10:00:10')
  expect((await t.journeys(id)).map(({ sop }) => sop).sort()).toEqual([
    'birthday',
    'day-two',
    'day-two',
    'silent',
    'silent',
  ])
})

it('lets in who enters or leaves an audience after it was switched on, and says by which facts', async () => {
  t = await openSopScene({
    sop: 'sop: none\nname: none\ntrigger: customer.readded\nsteps: [ { tag: { add: [生命周期/老客] } } ]\n',
  })
  const early = await t.scan({ state: 'store-code' })
  const late = await t.scan({ state: 'store-code' })
  await t.pay(early, 'e1')
  await t.pay(early, 'e2')
  t.writeConfig({
    'sop/scans.yaml': [
      asking('loyal', '{ enters: { orders.paid.count: { gte: 2 } } }'),
      asking('all-loyal', '{ enters: { orders.paid.count: { gte: 2 } }, includeCurrent: true }'),
      asking('fallen', '{ leaves: { orders.paid.count: { gte: 2 } } }', 'when: { orders.refunded.count: 1 }\n'),
    ].join('---\n'),
  })
  await t.huoshui.rules.check()
  await t.advance(MINUTE_MS)
  expect(await entered(early)).toEqual(['进入 SOP「all-loyal」（进入人群）'])

  await t.pay(late, 'l1')
  await t.pay(late, 'l2')
  await t.advance(10 * MINUTE_MS)
  expect(await entered(late)).toEqual(['进入 SOP「all-loyal」（进入人群）', '进入 SOP「loyal」（进入人群）'])
  const [note] = await t.rawRows<{ reason: string }>(
    `SELECT reason FROM timeline WHERE external_userid = ? AND body LIKE '%「loyal」%'`,
    [late],
  )
  expect(JSON.parse(note?.reason ?? '{}')).toMatchObject({ facts: { 'orders.paid.count': 2 } })

  await t.sandbox.order({ orderId: 'l2', status: 'refunded', externalUserId: late, totalFen: 19_900 })
  await t.settle()
  for (let round = 0; round < 2; round++) await t.advance(10 * MINUTE_MS)
  await t.advance(DAY_MS)
  expect((await entered(late)).filter((line) => !line.includes('loyal'))).toEqual(['进入 SOP「fallen」（离开人群）'])
  expect(await entered(early)).toHaveLength(1)
})
