import { afterEach, beforeEach, expect, it } from 'vitest'
import { SHOP_VISIT } from '../records/visits/visit-tables.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { atHand } from './at-hand.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

it('rules are checked against what was ordered and what was looked at', async () => {
  expect(await atHand(t.db)).toMatchObject({ categories: new Set(), products: new Set() })
  const items = [
    { sku: 'NP-1', name: '西冷牛排', quantity: 1, priceFen: 100, category: '牛排' },
    { sku: '', name: '酱', quantity: 1, priceFen: 100 },
  ]
  await t.sandbox.order({ status: 'paid', externalUserId: 'wm1', items })
  const visit = { visit_id: 'v1', source: '店', kind: 'view' as const, at: t.clock.now(), received_at: t.clock.now() }
  await t.db.tx((tx) => tx.insert(SHOP_VISIT, { ...visit, product_id: 'p9', product: '菲力', category: '礼盒' }))
  await t.db.tx((tx) => tx.insert(SHOP_VISIT, { ...visit, visit_id: 'v2' }))
  const known = await atHand(t.db)
  expect([...known.categories].sort()).toEqual(['牛排', '礼盒'])
  expect([...known.products].sort()).toEqual(['NP-1', 'p9', '菲力', '西冷牛排', '酱'])
})
