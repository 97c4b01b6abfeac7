import { afterEach, expect, it } from 'vitest'
import { createSeededRandom } from '../../../sandbox/random.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { signedPost } from '../../testing/signed-post.ts'
import { CREDIT_BY, creditQueries } from './credit-queries.ts'

const FIRST = Date.parse('2026-09-01T00:00:00+08:00')
const DAYS = 80
const RULES = 'credit:\n  - { to: contact, days: 30, by: [welcome] }\n  - to: code\n'
const WELCOME = 'welcome: 默认\ndefault: true\ntext: 你好\n'
const SOURCES = ['zhangsan', 'lisi']

let t: TestApp
afterEach(() => t.close())

it.each([1, 2, 3])('what is credited adds up to all orders, whichever way it is cut (seed %i)', async (seed) => {
  t = await buildTestApp({
    config: { 'credit.yaml': RULES, 'welcomes/w.yaml': WELCOME },
    now: new Date(FIRST + DAYS * DAY_MS).toISOString(),
  })
  const random = createSeededRandom(seed)
  const customers: string[] = []
  for (const userId of SOURCES) customers.push((await t.sandbox.scan({ userId })).externalUserId)
  await t.settle()
  // The welcome of that instant is a contact of the days before, so that some are earned and some are nobody's.
  await t.rawRows('UPDATE touch SET at = ?', [FIRST + 40 * DAY_MS])
  await t.rawRows('UPDATE follow SET added_at = ?', [FIRST])

  const told: object[] = []
  for (let nth = 0; nth < 30; nth++) {
    const customer = random.pick([...customers.map((externalUserId) => ({ externalUserId })), { phone: '13800001111' }])
    const paidMs = FIRST + random.int(DAYS * DAY_MS)
    const at = (ms: number): string => new Date(Math.min(ms, FIRST + DAYS * DAY_MS)).toISOString()
    // Some are paid by coupon alone.
    const totalFen = random.int(8) === 0 ? 0 : 100 + random.int(50_000)
    const of = { orderId: `o${nth}`, source: '店', customer }
    const later = (): string => at(paidMs + random.int(20 * DAY_MS))
    const steps = [
      { ...of, status: 'paid', totalFen, paidAt: at(paidMs) },
      { ...of, status: 'refunded', totalFen: random.int(totalFen + 1), refundId: 'r1', at: later() },
      { ...of, status: 'refunded', totalFen: random.int(totalFen + 1), refundId: 'r2', at: later() },
      { ...of, status: 'closed', totalFen, at: later() },
      // Of how much nobody tells; and the sum turns out to be less than what came back.
      { ...of, status: 'refunded', totalFen: 0, at: later() },
      { ...of, status: 'paid', totalFen: random.int(totalFen + 1), paidAt: at(paidMs) },
      { ...of, status: 'created', totalFen, createdAt: at(paidMs - 60_000) },
    ]
    const odds = [9, 3, 2, 1, 1, 3, 3]
    told.push(...steps.filter((_step, which) => random.int(10) < (odds[which] ?? 0)))
  }
  const shuffled = told.map((message) => ({ message, rank: random.int(1_000_000) })).sort((a, b) => a.rank - b.rank)
  for (const { message } of [...shuffled, ...shuffled.slice(0, 20)])
    expect((await signedPost(t, '/api/orders', message)).status).toBe(200)
  await t.settle()

  const orders = await t.rawRows<{ n: number; fen: number }>(
    `SELECT COUNT(*) AS n, SUM(total_fen - refunded_fen) AS fen FROM shop_order
     WHERE status IN ('paid', 'refunded') AND paid_at IS NOT NULL`,
  )
  const cuts = [0, ...Array.from({ length: 6 }, () => FIRST + random.int(DAYS * DAY_MS)), FIRST + 200 * DAY_MS].sort(
    (a, b) => a - b,
  )
  const states = new Set<string>()
  for (const by of CREDIT_BY) {
    let [count, fen] = [0, 0]
    for (const [nth, fromMs] of cuts.slice(0, -1).entries()) {
      const sums = await t.db.tx((tx) => creditQueries.sums(tx, { fromMs, untilMs: cuts[nth + 1] ?? 0 }, by))
      for (const { state, orders: n, paidFen, returnedFen } of sums) {
        states.add(state)
        expect(returnedFen).toBeGreaterThanOrEqual(0)
        count += n
        fen += paidFen - returnedFen
      }
    }
    expect([by, count, fen]).toEqual([by, Number(orders[0]?.n), Number(orders[0]?.fen)])
  }
  expect([...states].sort()).toEqual(['given', 'none', 'unknown'])
  // Each guide's own, as the pane shows it, is what the list says.
  const span = { fromMs: 0, untilMs: FIRST + 200 * DAY_MS }
  const [listed, own] = await t.db.tx(async (tx) => [
    await creditQueries.sums(tx, span, 'guide'),
    await Promise.all(SOURCES.map((userId) => creditQueries.netOfGuide(tx, userId, { all: span }))),
  ])
  for (const [nth, userId] of SOURCES.entries()) {
    const { paidFen = 0, returnedFen = 0 } = listed.find(({ key }) => key === userId) ?? {}
    expect(own[nth]?.get('all')).toBe(paidFen - returnedFen)
  }
})
