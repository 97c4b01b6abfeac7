import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createKeepHints, type Told } from './keep-hints.ts'
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
