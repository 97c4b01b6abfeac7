import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import type { VisitMessage } from '../../records/visits/visit-body.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createKeepHints, type Told } from './keep-hints.ts'
import { keepBuyers } from './shop-memory.ts'
import { SHOP_CONNECTION, SHOP_HINT } from './shop-tables.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const SHOP = 'mall'
const order = (subject: string): Told => ({
  hints: [{ shop: SHOP, subject, toldBy: 'push', dueAtMs: 0 }],
  buyers: [],
  visits: [],
})
const visit = (): Told => ({
  ...{ hints: [], buyers: [] },
  visits: [
    { shop: SHOP, visit: { visitId: 'v1', kind: 'view', shopUserId: '7', unionId: 'oU', productId: '1', at: 1 } },
  ],
})
const subjects = async (): Promise<string[]> => {
  const rows = await kit.db.tx((tx) => tx.rows(sql`SELECT ${pick(SHOP_HINT, 'subject')} FROM ${SHOP_HINT} ORDER BY id`))
  return rows.map(({ subject }) => subject)
}

it('an order is kept and answered although a visit told at the same moment cannot be; the visit’s push hears so', async () => {
  await kit.db.tx((tx) => tx.insert(SHOP_CONNECTION, { shop: SHOP, source: '商城', since: 0 }))
  const record = (): Promise<never> => Promise.reject(new Error('no visit can be kept'))
  const keep = createKeepHints({ ...kit, visits: { record } })
  const ends = await Promise.allSettled([keep(order('A1')), keep(visit()), keep(order('A2'))])
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await subjects()).toEqual(['A1', 'A2'])
})

it('whose union ids the visits of a rush leave out are asked for together, each of its own shop', async () => {
  await kit.db.tx(async (tx) => {
    await tx.insertIgnore(
      SHOP_CONNECTION,
      ['mall', 'other'].map((shop) => ({ shop, source: `「${shop}」`, since: 0 })),
    )
    const buyers = Array.from({ length: 200 }, (_, n) => ({ shop: SHOP, shopUserId: `${n}`, unionId: `oU${n}` }))
    await keepBuyers(tx, [...buyers, { shop: 'other', shopUserId: '7', unionId: 'oOther' }], 1)
  })
  const recorded: VisitMessage[] = []
  const record = async (_tx: unknown, visits: readonly VisitMessage[]) => {
    recorded.push(...visits)
    return { stored: visits.length, unchanged: 0, unmatched: 0 }
  }
  const keep = createKeepHints({ ...kit, visits: { record } })
  const of = (shop: string, user: string, unionId?: string): Told => ({
    ...{ hints: [], buyers: [] },
    visits: [
      {
        shop,
        visit: { visitId: `${shop}${user}`, kind: 'view', shopUserId: user, unionId, productId: '1', at: 1 },
      },
    ],
  })
  const rush = [
    ...Array.from({ length: 200 }, (_, n) => of(SHOP, `${n}`)),
    of('other', '7'),
    // Nobody has told of this one.
    of('other', '8'),
    of(SHOP, '9000', 'oNamed'),
  ]
  const { total, byText } = await countStatements(kit.db, async () => {
    await Promise.all(rush.map(keep))
  })
  const named = recorded.map(({ visitId, customer }) => [visitId, customer.unionId])
  expect(named).toHaveLength(202)
  expect(named.slice(0, 2)).toEqual([
    ['mall0', 'oU0'],
    ['mall1', 'oU1'],
  ])
  expect(named.slice(-3)).toEqual([
    ['mall199', 'oU199'],
    ['other7', 'oOther'],
    ['mall9000', 'oNamed'],
  ])
  expect(byText.filter(([text]) => text.includes('shop_buyer')).map(([, times]) => times)).toEqual([1])
  expect(total).toBeLessThanOrEqual(12)
})
