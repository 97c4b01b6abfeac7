import { afterEach, expect, it } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { signedPost } from '../../testing/signed-post.ts'

let t: TestApp
afterEach(() => t.close())

const says = (externalUserId: string, state: 'given' | 'refused'): Promise<void> =>
  t.db.tx(async (tx) => {
    for (const kind of ['marketing', 'profiling'] as const) {
      await t.huoshui.privacy.consents.record(tx, { externalUserId, kind, state, source: 'customer' })
    }
  })

const open = async (externalUserId: string): Promise<string[]> =>
  (
    await t.rawRows<{ sop: string }>(
      "SELECT sop FROM sop_entry WHERE external_userid = ? AND state = 'active' ORDER BY sop",
      [externalUserId],
    )
  ).map(({ sop }) => sop)

const buys = async (externalUserId: string, orderId: string): Promise<void> => {
  const order = { orderId, status: 'paid', totalFen: 300_000, source: '商城', items: [] }
  await signedPost(t, '/api/orders', { ...order, customer: { externalUserId } })
}

it('who has refused is written to and judged by nobody but people; the others as before; lifted, they are like them', async () => {
  t = await buildTestApp({ config: 'brand', sandbox: { preset: 'brand' } })
  for (const externalUserId of ['wmNo', 'wmYes']) {
    await t.sandbox.scan({ externalUserId, state: 'package-card', userId: 'linxiaoyu' })
    await t.settle()
  }
  const journeys = await open('wmYes')
  expect(journeys.length).toBeGreaterThan(0)
  expect(await open('wmNo')).toEqual(journeys)

  await says('wmNo', 'refused')
  await t.advance(2 * SECOND_MS)
  expect(await open('wmNo')).toEqual([])
  expect((await t.timelineOf('wmNo', 'sop.ended')).join()).toContain('客户拒绝了营销')
  expect(await open('wmYes')).toEqual(journeys)

  // Another guide: no welcome, no journey.
  for (const externalUserId of ['wmNo', 'wmYes']) {
    await t.sandbox.scan({ externalUserId, state: 'package-card', userId: 'chenhao' })
    await t.settle()
  }
  const welcomes = await t.rawRows(
    "SELECT external_userid, state, reason FROM welcome WHERE userid = 'chenhao' ORDER BY external_userid",
  )
  expect(welcomes).toEqual([
    { external_userid: 'wmNo', state: 'none', reason: '客户拒绝了营销，不自动发消息' },
    expect.objectContaining({ external_userid: 'wmYes', state: 'sent' }),
  ])
  expect(await open('wmNo')).toEqual([])

  for (const [index, externalUserId] of ['wmNo', 'wmYes'].entries()) await buys(externalUserId, `O${index}`)
  await t.advance(DAY_MS)
  const moved = async (): Promise<string[]> =>
    (await t.rawRows<{ id: string }>('SELECT DISTINCT external_userid AS id FROM tier_move ORDER BY 1'))
      .map(({ id }) => id)
      .filter((id) => id.startsWith('wmNo') || id.startsWith('wmYes'))
  expect(await moved()).toEqual(['wmYes'])
  const scored = "SELECT external_userid AS id FROM customer_score WHERE external_userid IN ('wmNo', 'wmYes')"
  expect(await t.rawRows(scored)).toEqual([{ id: 'wmYes' }])
  const plan = await runCommand(sendsProgram, ['plan', '周三福利日'], t)
  expect(plan.out).toMatch(/客户拒绝了营销\D+1/)

  await says('wmNo', 'given')
  await t.advance(MINUTE_MS)
  await buys('wmNo', 'O9')
  expect(await moved()).toEqual(['wmNo', 'wmYes'])
})

it('the same word twice is one; each other word is told', async () => {
  t = await buildTestApp()
  await t.sandbox.scan({ externalUserId: 'wm1', userId: 'zhangsan' })
  await t.settle()
  for (const state of ['refused', 'refused', 'given', 'refused'] as const) await says('wm1', state)
  await t.settle()
  const told = await t.eventsOf<{ kind: string; state: string }>('customer.consent')
  expect(told.filter(({ kind }) => kind === 'marketing').map(({ state }) => state)).toEqual([
    'refused',
    'given',
    'refused',
  ])
})

it('who wants no sends for a while gets none till then, and all else as before', async () => {
  const WEEK = 7 * DAY_MS
  t = await buildTestApp({ config: 'brand', sandbox: { preset: 'brand' } })
  for (const externalUserId of ['wmNo', 'wmYes']) {
    await t.sandbox.scan({ externalUserId, state: 'package-card', userId: 'linxiaoyu' })
    await t.settle()
    await buys(externalUserId, `O-${externalUserId}`)
  }
  const journeys = await open('wmNo')
  expect(journeys.length).toBeGreaterThan(0)
  const said = { externalUserId: 'wmNo', kind: 'marketing', scope: 'sends', state: 'refused', source: 'guide' } as const
  const record = (untilMs?: number): Promise<boolean> =>
    t.db.tx((tx) => t.huoshui.privacy.consents.record(tx, { ...said, untilMs }))
  const untilMs = t.clock.now() + WEEK
  expect([await record(untilMs), await record(untilMs)]).toEqual([true, false])
  await t.advance(2 * SECOND_MS)
  expect(await open('wmNo')).toEqual(journeys)
  const refusedIn = async (): Promise<string[]> =>
    (await runCommand(sendsProgram, ['plan', '周三福利日'], t)).out
      .split('\n')
      .filter((line) => line.includes('拒绝了营销'))
  expect(await refusedIn()).toHaveLength(1)
  const kept = (scope: 'sends' | 'journeys') =>
    t.db.tx((tx) => t.huoshui.privacy.consents.refusedAmong(tx, 'marketing', ['wmNo', 'wmYes'], scope))
  expect([[...(await kept('sends'))], [...(await kept('journeys'))]]).toEqual([['wmNo'], []])
  // And who wants no journeys leaves them.
  await t.db.tx((tx) => t.huoshui.privacy.consents.record(tx, { ...said, externalUserId: 'wmYes', scope: 'journeys' }))
  await t.advance(2 * SECOND_MS)
  expect(await open('wmYes')).toEqual([])
  t.clock.set(untilMs - 1)
  expect([...(await kept('sends'))]).toEqual(['wmNo'])
  t.clock.set(untilMs)
  expect([...(await kept('sends'))]).toEqual([])
  expect(await refusedIn()).toEqual([])
  // The same word again after its end is another one.
  expect(await record(untilMs + WEEK)).toBe(true)
})
