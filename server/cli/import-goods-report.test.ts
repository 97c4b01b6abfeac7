import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { signedPost } from '../testing/signed-post.ts'
import { importOrdersProgram } from './import-orders.ts'

let t: TestApp
let folder: string
let said: string
beforeEach(async () => {
  t = await buildTestApp()
  folder = mkdtempSync(join(tmpdir(), 'huoshui-goods-'))
})
afterEach(async () => {
  await t.close()
  rmSync(folder, { recursive: true, force: true })
})
async function run(content: string): Promise<number> {
  const file = join(folder, 'orders.csv')
  writeFileSync(file, content)
  const env = { ORDERS_SECRET: t.sandbox.credentials.ordersSecret }
  const outcome = await runCommand(importOrdersProgram, [file, '--shop', '旗舰店'], { ...t, env })
  await t.settle()
  said = outcome.out
  return outcome.code
}

it('the goods report of 淘宝 alone goes on with the order, until the orders report has told of it', async () => {
  const goods = (...parts: string[]) =>
    [
      '子订单编号,主订单编号,标题,价格,购买数量,订单状态,买家应付货款,买家实际支付金额,退款金额,订单创建时间,订单付款时间',
      ...parts.map((part, n) => `S${n},T1,面霜${n},64.00,1,${part}`),
    ].join('\n')
  const asked = (n: string) => `等待买家付款,${n},0.00,无退款申请,2026-11-02 11:00:00,`
  const paid = (n: string, back = '无退款申请') =>
    `卖家已发货,64.00,${n},${back},2026-11-02 11:00:00,2026-11-02 11:05:00`
  const take = async (file: string) => {
    expect(await run(file)).toBe(0)
    const rows = await t.rawRows<{ status: string; total_fen: number; refunded_fen: number; paid_at: number | null }>(
      'SELECT status, total_fen, refunded_fen, paid_at FROM shop_order',
    )
    const goodsNow = await t.rawRows('SELECT name FROM shop_order_item')
    return rows
      .map((row) => [row.status, row.total_fen, row.refunded_fen, row.paid_at !== null, goodsNow.length].join(' '))
      .join()
  }
  const closed = goods(...['0', '1'].map(() => '交易关闭,64.00,60.00,60.00,2026-11-02 11:00:00,2026-11-02 11:05:00'))
  expect(await take(goods(asked('64.00'), asked('64.00')))).toBe('created 12800 0 false 2')
  const both = goods(paid('60.00'), paid('60.00'))
  for (let round = 0; round < 2; round++) expect(await take(both)).toBe('paid 12000 0 true 2')
  expect(said).toContain('1 条以前导入过')
  const back = goods(paid('60.00', '20.00'), paid('60.00'))
  expect(await take(back)).toBe('paid 12000 2000 true 2')
  // Now somebody tells of it who knows the whole, and only what it says itself.
  const report =
    '订单编号,买家会员名,宝贝标题,买家实际支付金额,订单状态,订单创建时间,订单付款时间,退款金额\nT1,t**1,面霜,125.00,卖家已发货,2026-11-02 11:00:00,2026-11-02 11:05:00,20.00'
  expect(await take(report)).toBe('paid 12500 2000 true 2')
  expect(await take(closed)).toBe('paid 12500 2000 true 2')
  const forget = async () => {
    for (const table of ['shop_order_item', 'shop_order_status', 'shop_order_refund', 'shop_order'])
      await t.rawRows(`DELETE FROM ${table}`)
  }
  await forget()
  expect(await take(both)).toBe('paid 12000 0 true 2')
  expect(await take(closed)).toBe('refunded 12000 12000 true 2')
  // The shop has told of this one.
  await forget()
  await signedPost(t, '/api/orders', { orderId: 'T1', status: 'created', totalFen: 12_500, source: '旗舰店' })
  expect(await take(both)).toBe('created 12500 0 false 2')
})
