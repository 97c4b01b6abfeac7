import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { ShopConnection } from '../../platform/shops/shop-connection.ts'
import { createAlerts } from '../../records/alerts/alerts.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createCallBudget } from './call-budget.ts'
import { putHints } from './keep-hints.ts'
import type { OpenShop } from './open-shops.ts'
import { createReadHints } from './read-hints.ts'
import { SHOP_CONNECTION, SHOP_HINT } from './shop-tables.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
  await kit.db.tx((tx) => tx.insertIgnore(SHOP_CONNECTION, [{ shop: 'muye', source: '店', since: kit.clock.now() }]))
})
afterEach(() => kit.close())

const hint = () =>
  kit.db.tx((tx) =>
    putHints(tx, [{ shop: 'muye', subject: 'order/1', toldBy: 'push', dueAtMs: kit.clock.now() }], kit.clock.now()),
  )
const waiting = () =>
  kit.db.tx((tx) => tx.rows(sql`SELECT ${pick(SHOP_HINT, 'subject', 'revision', 'due_at')} FROM ${SHOP_HINT}`))

function reader(read: ShopConnection['read']) {
  const { db, clock, log } = kit
  const budget = createCallBudget({ perSecond: 10, clock })
  const shop = { id: 'muye', budget, connection: { read }, buyers: { of: async () => ({}) } }
  // A shop of which nothing but this is asked.
  const shops = { all: () => [shop as unknown as OpenShop], byId: () => undefined }
  return createReadHints({ db, clock, log, alerts: createAlerts({ clock }), shops, take: async () => undefined })
}

it('a hint that comes while its order is being read has it read once more', async () => {
  await hint()
  let reads = 0
  const run = reader(async () => {
    reads += 1
    if (reads === 1) await hint()
    return { orders: [] }
  })
  await run()
  expect([reads, await waiting()]).toEqual([2, []])
})

it('what the shop has not settled yet is read again in its time', async () => {
  await hint()
  await reader(async () => ({ orders: [], again: MINUTE_MS }))()
  expect(await waiting()).toEqual([{ subject: 'order/1', revision: 1, due_at: kit.clock.now() + MINUTE_MS }])
})
