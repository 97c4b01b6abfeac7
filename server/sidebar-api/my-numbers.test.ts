import { afterEach, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS, shanghaiIso } from '../core/kernel/shanghai.ts'
import { countStatements } from '../testing/count-statements.ts'
import type { MyNumbers } from './contract.ts'
import { spansAt } from './my-numbers.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
afterEach(() => scene?.close())

const numbers = async (guide: string) => (await (await scene.as(guide)).get<MyNumbers>('day/numbers')).body
const scan = async (name: string, userId = 'zhangsan', externalUserId?: string): Promise<string> => {
  const added = await scene.sandbox.scan({ userId, name, ...(externalUserId === undefined ? {} : { externalUserId }) })
  await scene.settle()
  return added.externalUserId
}
const order = async (
  orderId: string,
  externalUserId: string,
  totalFen: number,
  status: 'paid' | 'refunded' = 'paid',
) => {
  await scene.sandbox.order({ orderId, externalUserId, totalFen, status: 'paid' })
  if (status === 'refunded') await scene.sandbox.order({ orderId, externalUserId, totalFen, status })
  await scene.settle()
}

test('how a guide does: only friends at the time of payment, first adds, first orders that stood, beside last month', async () => {
  scene = await openSidebarScene({ now: '2026-10-03T10:00:00+08:00' })
  const early = scene.externalUserId
  await order('O-1', early, 10_000)
  const gone = await scan('要走的')
  await scene.advance(3 * DAY_MS)
  const late = await scan('月中来的')
  await order('O-2', late, 7_000)
  await scene.advance(27 * DAY_MS)

  // 2 November: last month counts as far as 2 October, when nobody was there.
  expect((await numbers('zhangsan')).lastMonth).toMatchObject({
    adds: 0,
    firstOrders: 0,
    paidFen: 0,
    friendsAtStart: 0,
  })
  await scene.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: gone })
  await scene.settle()
  await scene.advance(2 * DAY_MS)
  await order('N-gone', gone, 90_000)
  await order('N-back', late, 5_000, 'refunded')
  await order('N-1', early, 30_000)
  const fresh = await scan('今天来的')
  await order('N-2', fresh, 20_000)
  await order('N-3', fresh, 1_000)
  await order('N-4', await scan('整单退的'), 8_000, 'refunded')
  await scene.advance(MINUTE_MS)
  await scan('今天来的', 'lisi', fresh)
  await order('N-5', fresh, 4_000)

  expect(await numbers('zhangsan')).toEqual({
    today: { adds: 2, firstOrders: 1, paidFen: 55_000, friendsAtStart: 2, valuePerFriendFen: 27_500, creditFen: null },
    month: { adds: 2, firstOrders: 1, paidFen: 55_000, friendsAtStart: 3, valuePerFriendFen: 18_333, creditFen: null },
    // To 4 October: who came on the 3rd, not who came on the 6th.
    lastMonth: {
      adds: 2,
      firstOrders: 1,
      paidFen: 10_000,
      friendsAtStart: 0,
      valuePerFriendFen: null,
      creditFen: null,
    },
    lastMonthWhole: {
      adds: 3,
      firstOrders: 2,
      paidFen: 17_000,
      friendsAtStart: 0,
      valuePerFriendFen: null,
      creditFen: null,
    },
  })
  // What was paid before the friendship is not 李四's, neither is the first order.
  expect((await numbers('lisi')).today).toMatchObject({ adds: 1, firstOrders: 0, paidFen: 4_000 })
})

test('where rules say whose an order is, what is credited to the guide less what came back, in one more statement', async () => {
  scene = await openSidebarScene({ config: { ...DESK_RULES, 'credit.yaml': 'credit:\n  - to: first\n' } })
  await order('C-1', scene.externalUserId, 9_000)
  await scan('小满', 'lisi', scene.externalUserId)
  await order('C-2', scene.externalUserId, 4_000)
  await order('C-3', await scan('别人的', 'lisi'), 500)
  await scene.sandbox.order({
    orderId: 'C-2',
    externalUserId: scene.externalUserId,
    totalFen: 1_000,
    status: 'refunded',
  })
  await scene.settle()
  expect((await numbers('zhangsan')).month).toMatchObject({ paidFen: 12_000, creditFen: 12_000 })
  expect((await numbers('lisi')).month).toMatchObject({ creditFen: 500 })
  expect((await numbers('lisi')).lastMonth.creditFen).toBe(0)
})

test('two statements, however many customers', async () => {
  scene = await openSidebarScene()
  const zhangsan = await scene.as('zhangsan')
  const asked = async (path: string) =>
    (await countStatements(scene.db, async () => void (await zhangsan.get(path)))).total
  await zhangsan.get('day/numbers')
  for (let n = 0; n < 12; n++) await order(`O-${n}`, await scan(`客户${n}`), 1_000)
  // Beside those that say who asks.
  expect((await asked('day/numbers')) - (await asked('me'))).toBe(2)
})

test.each([
  ['2026-11-05T10:30:00+08:00', '2026-10-01T00:00:00+08:00', '2026-10-05T10:30:00+08:00'],
  ['2026-03-31T10:30:00+08:00', '2026-02-01T00:00:00+08:00', '2026-03-01T00:00:00+08:00'],
  ['2026-01-01T00:00:00+08:00', '2025-12-01T00:00:00+08:00', '2025-12-01T00:00:00+08:00'],
])('at %s last month is counted from %s to %s', (now, from, until) => {
  const { lastMonth, lastMonthWhole, month } = spansAt(Date.parse(now))
  expect([shanghaiIso(lastMonth.fromMs), shanghaiIso(lastMonth.untilMs)]).toEqual([from, until])
  expect(lastMonthWhole.untilMs).toBe(month.fromMs)
})
