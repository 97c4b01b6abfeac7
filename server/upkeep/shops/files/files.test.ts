import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { shopsProgram } from '../../../cli/shops.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../../testing/build-test-app.ts'
import { runCommand } from '../../../testing/run-command.ts'
import { huoshuiEnv } from '../../../testing/start-program.ts'

const EXPORTS = 'server/records/orders/testing/exports'
const HEADER = '订单号,状态,金额,手机号,付款时间'
const line = (n: number, more: Partial<{ yuan: string }> = {}): string =>
  `A${n},已付款,${more.yuan ?? '128.00'},139${String(n).padStart(8, '0')},2026-11-20 10:00:00`

let folder: string
let t: TestApp
const rule = (more = ''): string => `shop: 牧野老店\nid: old\nplatform: files\nfolder: ${folder}\n${more}`
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-files-'))
  t = await buildTestApp({ config: { 'shops/old.yaml': rule() } })
})
afterEach(async () => {
  await t.close()
  rmSync(folder, { recursive: true, force: true })
})

const put = (name: string, ...lines: string[]): void => writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
const look = (): Promise<void> => t.advance(10 * SECOND_MS)
/** Once to see it, once to see that nobody writes to it any more. */
async function taken(): Promise<void> {
  await look()
  await look()
}
const orders = () =>
  t.rawRows<{ order_id: string; status: string; total_fen: number }>(
    'SELECT order_id, source, status, total_fen FROM shop_order ORDER BY id',
  )
const files = () => t.rawRows<{ state: string }>('SELECT name, state, taken FROM shop_file ORDER BY id')
const alerts = () =>
  t.rawRows<{ body: string }>("SELECT body FROM alert WHERE alert_key LIKE 'shops.file:%' AND resolved_at IS NULL")
const run = (...words: string[]) =>
  runCommand(shopsProgram, words, { ...t, env: huoshuiEnv(t.sandbox.url, t.databaseUrl, t.configDir) })

it('takes the export of every platform from its folder, each once, whatever its name', async () => {
  // As 淘宝 writes it in the one report; the other one names no shop.
  t.writeConfig({ 'shops/old.yaml': rule().replace('牧野老店', '测试旗舰店') })
  await t.huoshui.rules.check()
  const all = readdirSync(EXPORTS)
  expect(all).toHaveLength(10)
  for (const name of all) copyFileSync(join(EXPORTS, name), join(folder, name))
  await look()
  expect(await files()).toEqual([])
  await look()
  expect((await files()).map(({ state }) => state)).toEqual(all.map(() => 'done'))
  const before = await orders()
  const sums = before.map(({ order_id, status, total_fen }) => `${order_id} ${status} ${total_fen}`)
  // CRMEB's two files are of the same orders, as are the two of 淘宝: sums are those of its orders.
  expect(sums.toSorted()).toEqual([
    '1000000000000000001 paid 12800',
    '1000000000000000002 paid 128000',
    '261101-000000000000001 paid 12800',
    '261102-000000000000002 refunded 64000',
    '261103-000000000000003 refunded 8800',
    '2900000000000000001 paid 12800',
    '2900000000000000002 created 129000',
    '2900000000000000003 refunded 8800',
    '300000000001 paid 12800',
    '300000000002 paid 72000',
    '3700000000000000001 paid 12800',
    '3700000000000000002 paid 72800',
    '6900000000000000001 paid 12800',
    '6900000000000000002 paid 72800',
    'E20261101100000000000001 paid 12800',
    'E20261102110000000000002 paid 120000',
    'E20261103120000000000003 closed 0',
    'cp500000000000000001 paid 12800',
    'cp500000000000000002 created 72800',
  ])
  expect(await t.rawRows('SELECT name FROM shop_file WHERE counts NOT LIKE \'%"faults":0%\'')).toEqual([])

  copyFileSync(join(folder, 'jd-orders.gbk.csv'), join(folder, '京东 11 月.csv'))
  await taken()
  expect(await orders()).toEqual(before)
  expect(await files()).toHaveLength(all.length)
  const { out, code } = await run()
  expect([out, code]).toEqual([
    expect.stringMatching(/「测试旗舰店」 old\n {2}最近的文件 .*「.*」\n {2}读了 \d+ 行/),
    0,
  ])
})

it('leaves alone what is still being written, what is no table, links and folders', async () => {
  put('a.csv', HEADER, line(1))
  await look()
  put('a.csv', HEADER, line(1), line(2))
  put('~$b.xlsx', 'x')
  put('.c.csv', HEADER, line(3))
  put('notes.doc', 'x')
  put('linked', HEADER, line(4))
  symlinkSync(join(folder, 'linked'), join(folder, 'd.csv'))
  mkdirSync(join(folder, 'e.csv'))
  await look()
  expect(await files()).toEqual([])
  await look()
  expect((await orders()).map(({ order_id }) => order_id)).toEqual(['A1', 'A2'])
  expect(await files()).toEqual([{ name: 'a.csv', state: 'done', taken: 2 }])
})

it('tells the operator which row and column is faulty, until a file comes that is not', async () => {
  put('11月.csv', HEADER, line(1), line(2, { yuan: '一百' }), line(3))
  await taken()
  expect((await orders()).map(({ order_id }) => order_id)).toEqual(['A1', 'A3'])
  const said = '3:3 金额看不懂，请写成 128.00'
  expect(await alerts()).toEqual([{ body: `「牧野老店」的文件「11月.csv」有 1 处没有导入：${said}` }])
  const listed = await run('files')
  expect(listed.out).toContain(`  ${said}`)
  expect(listed.code).toBe(1)

  put('11月 改好.csv', HEADER, line(1), line(2), line(3))
  await taken()
  expect((await orders()).map(({ order_id }) => order_id)).toEqual(['A1', 'A3', 'A2'])
  expect(await alerts()).toEqual([])
})

it('refuses a table whose columns are not known with what they are like, and reads it once the rule says so', async () => {
  put('微盟.csv', '单号,状态,付了多少,手机号,付款时间', line(1))
  await taken()
  expect(await orders()).toEqual([])
  const [alert] = await alerts()
  expect(alert?.body).toMatch(/读不了：表头不能用.*「单号」这一列像「订单号」/s)
  await taken()
  expect(await files()).toHaveLength(1)
  t.writeConfig({ 'shops/old.yaml': rule('columns:\n  订单号: 单号\n  金额: 付了多少\n') })
  await t.huoshui.rules.check()
  await look()
  expect((await orders()).map(({ order_id }) => order_id)).toEqual(['A1'])
  expect(await files()).toEqual([{ name: '微盟.csv', state: 'done', taken: 1 }])
  expect(await alerts()).toEqual([])
})

it('reads a file with faults again once the rule says what its columns are, and tells no more of what is mended', async () => {
  put('a.csv', HEADER.replace('付款时间', '何时给钱'), line(1), line(2))
  await taken()
  expect(await orders()).toEqual([])
  expect((await alerts())[0]?.body).toMatch(/「a.csv」有 2 处没有导入：2:1 已付款的订单没有付款时间/)
  t.writeConfig({ 'shops/old.yaml': rule('keeper: zhangsan\n') })
  await t.huoshui.rules.check()
  await look()
  expect(await orders()).toEqual([])
  t.writeConfig({ 'shops/old.yaml': rule('columns:\n  付款时间: 何时给钱\n') })
  await t.huoshui.rules.check()
  await look()
  expect((await orders()).map(({ order_id }) => order_id)).toEqual(['A1', 'A2'])
  expect(await alerts()).toEqual([])
})

it('keeps the faults of one file while another is clean, until what is missing has come', async () => {
  put('11月.csv', HEADER, line(1), line(2, { yuan: '一百' }), line(3, { yuan: '两百' }))
  put('12月.csv', HEADER, line(4))
  await taken()
  expect(await alerts()).toHaveLength(1)
  put('第 2 单.csv', HEADER, line(2), line(5, { yuan: '五' }))
  await taken()
  expect((await alerts()).map(({ body }) => body.split('有')[0])).toEqual([
    '「牧野老店」的文件「11月.csv」',
    '「牧野老店」的文件「第 2 单.csv」',
  ])
  put('第 3 单.csv', HEADER, line(3))
  await taken()
  expect((await alerts()).map(({ body }) => body)).toEqual([expect.stringContaining('第 2 单.csv')])
})

it('takes a clean file of the same name for the mended copy of one that could not be read', async () => {
  put('a.csv', HEADER, line(1), '"A2,已付款')
  await taken()
  expect((await alerts()).map(({ body }) => body)).toEqual([
    '「牧野老店」的文件「a.csv」读不了：第 3 行有一个引号没有结束，请检查这一行。',
  ])
  put('b.csv', HEADER, line(3))
  await taken()
  expect(await alerts()).toHaveLength(1)
  put('a.csv', HEADER, line(1), line(2))
  await taken()
  expect(await alerts()).toEqual([])
})

it('takes no file of the next day for the mended copy of one of the day before, unless its name says of which day it is', async () => {
  const broken = (n: number): string[] => [HEADER, line(n), '"A2,已付款']
  put('daily.csv', ...broken(1))
  put('orders-2026-11-20.csv', ...broken(4))
  await taken()
  expect(await alerts()).toHaveLength(2)
  await t.advance(DAY_MS)
  // The shop writes over it every day.
  put('daily.csv', HEADER, line(3))
  await taken()
  expect((await orders()).map(({ order_id }) => order_id)).toContain('A3')
  expect(await alerts()).toHaveLength(2)
  put('orders-2026-11-20.csv', HEADER, line(4), line(5))
  await taken()
  expect((await alerts()).map(({ body }) => body)).toEqual([expect.stringContaining('「daily.csv」读不了')])
})

it('says in a folder how its rule is to be changed, and asks no other kind of file for the names in it', async () => {
  t.writeConfig({ 'shops/old.yaml': rule('columns:\n  金额: 付了多少\n') })
  await t.huoshui.rules.check()
  put('手工.csv', HEADER.replace('金额', '付了多少'), line(1))
  copyFileSync(join(EXPORTS, 'jd-orders.gbk.csv'), join(folder, '京东.csv'))
  put('自己的.csv', HEADER, line(2))
  put('别的.csv', '单号,状态,钱,手机号,付款时间', line(3))
  await taken()
  const states = (await files()).map(({ state }) => state).toSorted()
  expect(states).toEqual(['done', 'done', 'done', 'refused'])
  const [alert] = await t.rawRows<{ body: string; todo: string }>(
    "SELECT body, todo FROM alert WHERE alert_key LIKE 'shops.file:%'",
  )
  expect(alert?.body).toMatch(/缺少「订单号」列.*规则里 columns 写的「付了多少」，这个文件里没有。.*写进这家店的规则/s)
  expect(`${alert?.body}${alert?.todo}`).not.toContain('--columns')
})

it('waits some minutes for the rest of an upload that stands still, but not for ever', async () => {
  writeFileSync(join(folder, 'a.csv'), `${HEADER}\n${line(1)}\n${line(2).slice(0, 20)}`)
  const whole = readFileSync(join(EXPORTS, readdirSync(EXPORTS).find((name) => name.endsWith('.xlsx')) ?? ''))
  writeFileSync(join(folder, 'b.xlsx'), whole.subarray(0, whole.length - 200))
  for (let n = 0; n < 6; n++) await look()
  expect(await files()).toEqual([])
  appendFileSync(join(folder, 'a.csv'), line(2).slice(20))
  await look()
  await t.advance(2 * MINUTE_MS)
  expect(await files()).toHaveLength(1)
  expect(await orders()).toEqual([])
  await t.advance(2 * MINUTE_MS)
  expect((await orders()).map(({ order_id }) => order_id)).toEqual(['A1', 'A2'])
})

it('reads what is beside a file that it may not read, says which, and reads that once it may', async () => {
  put('a.csv', HEADER, line(1))
  chmodSync(join(folder, 'a.csv'), 0)
  chmodSync(folder, 0o755)
  put('b.csv', HEADER, line(2))
  const unread = () =>
    t.rawRows("SELECT body, todo, lapse_at FROM alert WHERE alert_key = 'shops.unread:old' AND resolved_at IS NULL")
  const isRoot = process.getuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    await taken()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
  expect((await orders()).map(({ order_id }) => order_id)).toEqual(['A2'])
  expect(await unread()).toEqual([
    {
      body: '「牧野老店」的文件夹：没有权限读「a.csv」',
      todo: '让运行活水的用户能读这些文件（chmod a+r），之后会自己读；别的文件照常读',
      // As long as it cannot be read.
      lapse_at: null,
    },
  ])
  chmodSync(join(folder, 'a.csv'), 0o644)
  await look()
  expect((await orders()).map(({ order_id }) => order_id)).toEqual(['A2', 'A1'])
  expect(await unread()).toEqual([])
})

it('frees at the start what a process that was killed held, where no other can be running', async () => {
  put('a.csv', HEADER, line(1))
  await taken()
  await t.rawRows(
    "UPDATE shop_file SET state = 'reading', counts = NULL, taken = 0, lease_by = 'killed', lease_until = 9999999999999",
  )
  await t.close({ database: true })
  const before = t
  t = await buildTestApp({ config: { 'shops/old.yaml': rule() }, databaseUrl: before.databaseUrl })
  await taken()
  const isAlone = t.db.dialect === 'sqlite'
  expect((await files()).map(({ state }) => state)).toEqual([isAlone ? 'done' : 'reading'])
})
