import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppError } from '../../../core/kernel/app-error.ts'
import { DAY_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { createEmit } from '../../../engine/inbox/emit.ts'
import { createAlerts } from '../../../records/alerts/alerts.ts'
import { customerQueries } from '../../../records/customers/customer-queries.ts'
import { createPhoneHash } from '../../../records/customers/phone-hash.ts'
import { createRecordOrder } from '../../../records/orders/record-order.ts'
import { createErasures } from '../../../records/privacy/erasures.ts'
import { createTimeline } from '../../../records/timeline/timeline.ts'
import type { ShopRule } from '../../../rules/schema/rule-files.ts'
import { buildTestApp, type TestApp } from '../../../testing/build-test-app.ts'
import { SHOP_FILE } from '../shop-tables.ts'
import { digestOf, filesIn } from './files-in.ts'
import { createTakeFile } from './take-file.ts'

const HEADER = '订单号,状态,金额,手机号,付款时间,货品'
const line = (n: number, more: Partial<{ yuan: string; day: string }> = {}): string =>
  `A${n},已付款,${more.yuan ?? '128.00'},139${String(n).padStart(8, '0')},2026-11-${more.day ?? '20'} 10:00:00,精华`
const OLD: ShopRule = { shop: '牧野老店', id: 'old', platform: 'files', folder: '/nowhere' }
const NAMED: ShopRule = { ...OLD, columns: { 商品名称: '货品' } }

let folder: string
let t: TestApp
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-take-'))
  t = await buildTestApp()
})
afterEach(async () => {
  await t.close()
  rmSync(folder, { recursive: true, force: true })
})

const put = (name: string, ...lines: string[]): void =>
  writeFileSync(join(folder, name), `${[HEADER, ...lines].join('\n')}\n`)
const lines = (count: number, faulty: Record<number, Parameters<typeof line>[1]> = {}): string[] =>
  Array.from({ length: count }, (_, n) => line(n + 1, faulty[n + 1]))
async function fileOf(name = 'a.csv') {
  const file = (await filesIn(folder)).find((one) => one.name === name)
  if (file === undefined) throw new Error('nothing to take')
  return file
}
const never = () => false

/** A process of its own. `at`: what happens in the batch of that number, once its orders are written and before they are committed. */
function processOf(instance: string, at: { batch?: number; happens?: () => void } = {}, app: TestApp = t) {
  const { clock, db } = app
  const real = createRecordOrder({
    clock,
    emit: createEmit({ clock, nudge: () => undefined }),
    timeline: createTimeline({ clock }),
    customers: customerQueries,
    phoneHash: createPhoneHash('key'),
    erasures: createErasures({ clock, secrets: ['key'] }),
  })
  let asked = 0
  const recordSet: typeof real.recordSet = async (tx, orders, alone) => {
    const outcomes = await real.recordSet(tx, orders, alone)
    asked += 1
    if (asked === at.batch) at.happens?.()
    return outcomes
  }
  const orders = { record: real.record, recordSet }
  return createTakeFile({ db, clock, alerts: createAlerts({ clock }), orders, instance })
}
const dies = (batch: number) => ({
  batch,
  happens: () => {
    throw new Error('killed')
  },
})

const tablesOf = async (app: TestApp) => ({
  orders: await app.rawRows(
    'SELECT order_id, source, status, total_fen, paid_at, phone_hash FROM shop_order ORDER BY order_id',
  ),
  goods: await app.rawRows(
    `SELECT o.order_id, i.line_no, i.name, i.quantity FROM shop_order_item i JOIN shop_order o ON o.id = i.shop_order_id
     ORDER BY o.order_id, i.line_no`,
  ),
  steps: await app.rawRows(
    `SELECT o.order_id, s.status, s.at FROM shop_order_status s JOIN shop_order o ON o.id = s.shop_order_id
     ORDER BY o.order_id, s.status`,
  ),
  files: await app.rawRows('SELECT name, state, taken, counts, faults, missing, lease_by FROM shop_file ORDER BY name'),
})
/** What a run leaves that nobody disturbs. */
async function undisturbed(rule: ShopRule, ...names: string[]) {
  const other = await buildTestApp()
  try {
    for (const name of names) await processOf('calm', {}, other)(rule, await fileOf(name), never)
    return await tablesOf(other)
  } finally {
    await other.close()
  }
}
const files = () => t.rawRows<{ taken: number }>('SELECT name, state, taken FROM shop_file ORDER BY name')

it('cut off in the middle of a batch goes on behind the last commit, days later too, to what an uncut run leaves', async () => {
  // Of the third a day is to come: what is a slip when the file came is one whenever it is gone on with.
  put('a.csv', ...lines(700, { 11: { yuan: '一百' }, 450: { day: '25' }, 600: { yuan: '二百' } }))
  await expect(processOf('one', dies(3))(OLD, await fileOf(), never)).rejects.toThrow('killed')
  const [cut] = await files()
  expect(cut?.taken).toBeGreaterThan(100)
  expect(cut?.taken).toBeLessThan(450)
  t.clock.advance(4 * DAY_MS)
  expect(await processOf('two')(OLD, await fileOf(), never)).toBe('ended')
  const cutOff = await tablesOf(t)
  const [row] = cutOff.files as { counts: string; faults: string }[]
  expect(JSON.parse(row?.counts ?? '')).toMatchObject({ rows: 700, stored: 697, unchanged: 0, faults: 3 })
  expect(JSON.parse(row?.faults ?? '')).toEqual([
    '12:3 金额看不懂，请写成 128.00',
    '451:5 付款时间在将来，请检查年份',
    '601:3 金额看不懂，请写成 128.00',
  ])
  const calm = await undisturbed(OLD, 'a.csv')
  expect({ ...cutOff, files: undefined }).toEqual({ ...calm, files: undefined })
  expect(cutOff.files).toEqual(
    calm.files.map((one) => ({ ...one, taken: (row as unknown as { taken: number }).taken })),
  )
})

it('begins anew when the rule calls its columns otherwise in between', async () => {
  put('a.csv', ...lines(250))
  await expect(processOf('one', dies(2))(OLD, await fileOf(), never)).rejects.toThrow('killed')
  expect(await files()).toEqual([{ name: 'a.csv', state: 'reading', taken: 100 }])
  expect(await processOf('two')(NAMED, await fileOf(), never)).toBe('ended')
  const { orders, goods, steps } = await undisturbed(NAMED, 'a.csv')
  expect(goods).toHaveLength(250)
  expect(await tablesOf(t)).toMatchObject({ orders, goods, steps })
})

it('two files with the same orders at once leave what one after the other does', async () => {
  put('a.csv', ...lines(250))
  put('b.csv', ...lines(300).reverse())
  const taken = await Promise.all([
    processOf('one')(NAMED, await fileOf('a.csv'), never),
    processOf('two')(NAMED, await fileOf('b.csv'), never),
  ])
  expect(taken).toEqual(['ended', 'ended'])
  const { orders, goods, steps } = await undisturbed(NAMED, 'a.csv', 'b.csv')
  expect(await tablesOf(t)).toMatchObject({ orders, goods, steps })
})

it('what was overwritten while it was read is no file that was read', async () => {
  put('a.csv', ...lines(250))
  const happens = () => put('a.csv', line(901), line(902))
  expect(await processOf('one', { batch: 2, happens })(OLD, await fileOf(), never)).toBe('later')
  expect(await files()).toEqual([])
  expect(await processOf('one')(OLD, await fileOf(), never)).toBe('ended')
  put('a.csv', ...lines(250))
  expect(await processOf('one')(OLD, await fileOf(), never)).toBe('ended')
  expect((await tablesOf(t)).orders).toHaveLength(252)
})

it('lets go of a file when the process is to end, and the next goes on with it at once', async () => {
  put('a.csv', ...lines(3_000))
  let isStopping = false
  const happens = () => {
    isStopping = true
  }
  expect(await processOf('one', { batch: 2, happens })(OLD, await fileOf(), () => isStopping)).toBe('later')
  const [row] = await t.rawRows<{ taken: number }>('SELECT taken, lease_by, lease_until FROM shop_file')
  expect(row).toMatchObject({ lease_by: null, lease_until: null })
  expect(row?.taken).toBeGreaterThanOrEqual(100)
  expect(row?.taken).toBeLessThan(3_000)
  expect(await processOf('two')(OLD, await fileOf(), never)).toBe('ended')
  expect((await tablesOf(t)).orders).toHaveLength(3_000)
})

it('waits for a process that reads it, and takes it from one that died over it', async () => {
  put('a.csv', line(1))
  const file = await fileOf()
  const now = t.clock.now()
  const held = { lease_by: 'there', lease_until: now + MINUTE_MS }
  const row = { shop: 'old', name: 'a.csv', size: 1, state: 'reading', by_rule: '', found_at: now } as const
  const digest = await digestOf(file.path)
  await t.db.tx((tx) => tx.insert(SHOP_FILE, { ...row, ...held, digest }))
  expect(await processOf('here')(OLD, file, never)).toBe('elsewhere')
  expect((await tablesOf(t)).orders).toEqual([])
  t.clock.advance(MINUTE_MS)
  expect(await processOf('here')(OLD, file, never)).toBe('ended')
  expect((await tablesOf(t)).orders).toHaveLength(1)
})

it('says of a file that broke half way how much of it is in', async () => {
  put('a.csv', ...lines(250))
  const happens = () => {
    throw new AppError('orders.odd', 'odd', { status: 400, zh: '这一行怪' })
  }
  expect(await processOf('one', { batch: 2, happens })(OLD, await fileOf(), never)).toBe('ended')
  const [alert] = await t.rawRows('SELECT body FROM alert')
  expect(alert).toEqual({ body: '「牧野老店」的文件「a.csv」第 101 行以后坏了，前面 100 单已导入：这一行怪' })
})
