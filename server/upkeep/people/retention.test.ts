import { afterEach, expect, it } from 'vitest'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { EMPTIED } from '../../engine/emptied.ts'
import { CUSTOMER } from '../../records/customers/customer-tables.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { signedPost } from '../../testing/signed-post.ts'
import { createRetention } from './retention.ts'

let t: TestApp
afterEach(() => t.close())

const open = async (env: Record<string, string> = {}): Promise<void> => {
  t = await buildTestApp({ env })
}
const friend = async (externalUserId: string): Promise<void> => {
  await t.sandbox.scan({ externalUserId, userId: 'zhangsan' })
  await t.advance(MINUTE_MS)
}
const events = (): Promise<{ kind: string; payload: string }[]> =>
  t.rawRows("SELECT kind, payload FROM inbound_event WHERE kind LIKE '%add_external_contact' ORDER BY id")
const contents = async (): Promise<string[]> =>
  (await events()).map(({ payload }) => (payload === EMPTIED ? 'emptied' : 'there'))
const customers = async (): Promise<string[]> =>
  (await t.rawRows<{ id: string }>('SELECT external_userid AS id FROM customer ORDER BY 1')).map(({ id }) => id)

it('events and actions lose their content, and later their row; what waits stays', async () => {
  await open()
  await friend('wm1')
  await t.advance(89 * DAY_MS)
  expect(await contents()).toEqual(['there'])
  await friend('wm2')
  await t.advance(DAY_MS)
  expect(await contents()).toEqual(['emptied', 'there'])
  const actions = await t.rawRows<{ payload: string }>(
    "SELECT payload FROM action WHERE external_userid = 'wm1' AND kind = 'customer.refresh' AND state = 'done'",
  )
  expect(actions.map(({ payload }) => payload)).toContain(EMPTIED)
  // A repeat from long ago is still known, and so changes nothing.
  t.sandbox.redeliver()
  await t.advance(MINUTE_MS)
  expect(await contents()).toEqual(['emptied', 'there'])
  await t.advance(310 * DAY_MS)
  expect(await contents()).toEqual(['emptied'])
  await t.db.source.query("UPDATE inbound_event SET state = 'new', due_at = 99999999999999")
  await t.advance(HOUR_MS + 400 * DAY_MS)
  expect(await contents()).toEqual(['emptied'])
})

it('what waited when it was passed is emptied once it is over, and what was too young for its place once it is old', async () => {
  await open()
  await friend('wm1')
  await friend('wm2')
  await friend('wm3')
  const added = "SELECT id FROM inbound_event WHERE kind LIKE '%add_external_contact' ORDER BY id"
  const [first, second, third] = (await t.rawRows<{ id: number }>(added)).map(({ id }) => id)
  const set = (id: number | undefined, change: string) =>
    t.db.source.query(`UPDATE inbound_event SET ${change} WHERE id = ${id}`)
  await set(first, "state = 'new', due_at = 99999999999999")
  // Written by a machine whose clock is ahead.
  await set(second, `received_at = received_at + ${DAY_MS}`)
  await t.advance(90 * DAY_MS + 2 * HOUR_MS)
  expect(await contents()).toEqual(['there', 'there', 'emptied'])
  await set(first, "state = 'done'")
  await t.advance(HOUR_MS)
  expect(await contents()).toEqual(['emptied', 'there', 'emptied'])
  await t.advance(DAY_MS)
  expect(await contents()).toEqual(['emptied', 'emptied', 'emptied'])
  await set(third, "state = 'new', due_at = 99999999999999")
  await t.advance(310 * DAY_MS)
  expect(await contents()).toEqual(['emptied'])
  await set(third, "state = 'done'")
  await t.advance(HOUR_MS)
  expect(await contents()).toEqual([])
})

it('the settings say how long', async () => {
  await open({ KEEP_CALLBACK_DAYS: '14', KEEP_ROW_DAYS: '30' })
  await friend('wm1')
  await t.advance(15 * DAY_MS)
  expect(await contents()).toEqual(['emptied'])
  await t.advance(16 * DAY_MS)
  expect(await contents()).toEqual([])
})

it('whom no guide and no group has any more is forgotten; a friend, a member and a buyer are not', async () => {
  await open({ KEEP_LEFT_DAYS: '100' })
  for (const id of ['wmBuys', 'wmFriend', 'wmGone', 'wmLate']) await friend(id)
  for (const id of ['wmBuys', 'wmGone']) await t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: id })
  await t.advance(MINUTE_MS)
  await t.advance(50 * DAY_MS)
  await t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: 'wmLate' })
  await t.advance(MINUTE_MS)
  const order = { orderId: 'O1', status: 'paid', totalFen: 100, source: '商城', items: [] }
  await signedPost(t, '/api/orders', { ...order, customer: { externalUserId: 'wmBuys' } })
  await t.advance(51 * DAY_MS)
  expect(await customers()).toEqual(['wmBuys', 'wmFriend', 'wmLate'])
  expect(await t.timelineOf('wmGone')).toEqual([])
  expect((await t.timelineOf('wmLate')).length).toBeGreaterThan(0)
  // They were not asked to be forgotten: nothing is written down of them.
  expect(await t.rawRows('SELECT 1 AS one FROM erased_name')).toEqual([])
})

it('with 0 nobody is forgotten', async () => {
  await open({ KEEP_LEFT_DAYS: '0' })
  await friend('wmGone')
  await t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: 'wmGone' })
  await t.advance(MINUTE_MS)
  await t.advance(3_000 * DAY_MS)
  expect(await customers()).toEqual(['wmGone'])
})

it('orders and answers that found nobody go, with their lines, after their time', async () => {
  await open()
  const order = { status: 'paid', totalFen: 100, source: '商城', items: [{ name: '肉', quantity: 1, priceFen: 100 }] }
  await signedPost(t, '/api/orders', { ...order, orderId: 'O1', customer: { phone: '13900001111' } })
  const answers = [{ question: '好吃吗', answer: '好吃' }]
  await signedPost(t, '/api/surveys', { surveyId: 's', responseId: 'r1', customer: { phone: '13900001111' }, answers })
  const counts = async (): Promise<number[]> => {
    const of = async (table: string) => (await t.rawRows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n
    const tables = ['shop_order', 'shop_order_item', 'shop_order_status', 'survey_response', 'survey_answer']
    return Promise.all(tables.map(async (table) => Number(await of(table))))
  }
  await t.advance(399 * DAY_MS)
  expect(await counts()).toEqual([1, 1, 1, 1, 1])
  await t.advance(2 * DAY_MS)
  expect(await counts()).toEqual([1, 1, 1, 0, 0])
  await t.advance(700 * DAY_MS)
  expect(await counts()).toEqual([0, 0, 0, 0, 0])
})

it('a corp that one look cannot get through is looked through by the next ones, from where the last ended, once a day', async () => {
  await open()
  const kept = Array.from({ length: 6_000 }, (_, n) => `wm${String(n).padStart(5, '0')}`)
  const [known_at, atLeast] = [t.clock.now(), t.clock.now() - 800 * DAY_MS]
  await t.db.tx(async (tx) => {
    await tx.insertIgnore(
      CUSTOMER,
      kept.map((external_userid) => ({ external_userid, known_at })),
    )
    await tx.insertIgnore(CUSTOMER, [{ external_userid: 'wmZ', known_at: atLeast }])
  })
  // Each look at the clock takes three seconds, so that a run ends long before the last customer.
  let now = t.clock.now()
  let looks = 0
  const clock = { now: () => (now += 3 * SECOND_MS) }
  const db = {
    ...t.db,
    tx: <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
      looks += 1
      return t.db.tx(work)
    },
  }
  const days = { callback: 90, rows: 400, left: 730, order: 1100 }
  const [job] = createRetention({ db, clock, log: { info: () => undefined }, days }).jobs
  const isThere = async () => (await customers()).includes('wmZ')
  await job?.run()
  expect(await isThere()).toBe(true)
  for (let run = 0; run < 8; run++) await job?.run()
  expect(await isThere()).toBe(false)
  expect(await customers()).toHaveLength(6_000)
  // All of them were seen today.
  looks = 0
  await job?.run()
  const idle = looks
  now += DAY_MS
  looks = 0
  await job?.run()
  expect(looks).toBeGreaterThan(idle)
})
