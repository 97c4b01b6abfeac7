import { createHmac } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { importOrdersProgram } from '../../cli/import-orders.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../build-test-app.ts'
import { runCommand } from '../run-command.ts'

const PHONE = '13912345678'
/** As it is, in groups, or without its country code: enough to find it in any spelling. */
const inClear = /139[- ]?1234[- ]?5678/

let t: TestApp
const folder = mkdtempSync(join(tmpdir(), 'huoshui-csv-'))
afterEach(async () => {
  await t.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The same, whatever stands between its digits and however they are written. */
const bare = (text: string): string => text.normalize('NFKC').replaceAll(/[\s\p{Cf}\p{Pd}.·]/gu, '')

async function post(body: string, path = '/api/orders'): Promise<string> {
  const timestamp = String(Math.floor(t.clock.now() / 1_000))
  const key = t.sandbox.credentials.ordersSecret
  const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')
  const answer = await fetch(`${t.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-huoshui-timestamp': timestamp,
      'x-huoshui-signature': `sha256=${signature}`,
    },
    body,
  })
  await t.settle()
  return `${answer.status} ${await answer.text()}`
}

const tables = (): Promise<{ name: string }[]> =>
  t.db.source.query(
    t.db.dialect === 'sqlite'
      ? "SELECT name AS name FROM sqlite_master WHERE type = 'table'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  )

/** Every row of every table, and for SQLite the files themselves, where deleted text may linger. */
async function everythingStored(): Promise<string> {
  const parts: string[] = []
  for (const { name } of await tables()) parts.push(JSON.stringify(await t.rawRows(`SELECT * FROM \`${name}\``)))
  if (t.db.dialect === 'sqlite') {
    const file = t.databaseUrl.slice('sqlite:'.length)
    for (const path of [file, `${file}-wal`]) if (existsSync(path)) parts.push(readFileSync(path, 'latin1'))
  }
  return parts.join('\n')
}

/** Every column of every table in which this is, in any spelling: `follow.remark`. */
async function columnsWith(digits: string): Promise<string[]> {
  const found = new Set<string>()
  for (const { name } of await tables())
    for (const row of await t.rawRows<Record<string, unknown>>(`SELECT * FROM \`${name}\``))
      for (const [column, value] of Object.entries(row))
        if (typeof value === 'string' && bare(value).includes(digits)) found.add(`${name}.${column}`)
  return [...found].sort()
}

it('a phone reaches neither the database nor the log, on whatever way it comes in', async () => {
  t = await buildTestApp({ config: 'brand', sandbox: { preset: 'brand' }, env: { LOG_LEVEL: 'trace' } })
  const answers: string[] = []
  const order = {
    orderId: 'P1',
    status: 'paid',
    totalFen: 9_900,
    items: [],
    source: '商城',
    customer: { phone: PHONE },
  }
  answers.push(await post(JSON.stringify(order)))
  answers.push(await post(JSON.stringify({ ...order, orderId: 'P2', customer: { phone: '+86 139-1234-5678' } })))
  answers.push(await post(JSON.stringify({ ...order, orderId: 'P3', status: PHONE })))
  answers.push(await post(JSON.stringify({ ...order, orderId: 'P4', customer: { externalUserId: 'x', tel: PHONE } })))
  answers.push(await post(`{"orderId":"P5","customer":{"phone":"${PHONE}"`))

  const { externalUserId } = await t.sandbox.scan({ state: 'package-card', name: '小满' })
  await t.settle()
  const userId = (
    await t.rawRows<{ userid: string }>('SELECT userid FROM follow WHERE external_userid = ?', [externalUserId])
  )[0]?.userid
  await t.sandbox.editRemark({ userId: userId ?? '', externalUserId, mobiles: [PHONE, '+86 139 1234 5678'] })
  await t.advance(MINUTE_MS)

  const file = join(folder, 'orders.csv')
  writeFileSync(
    file,
    `订单号,状态,金额,手机号,付款时间\n${['C1,已付款,99,', 'C2,发货了吗,99,', 'C3,已付款,99,x'].map((row) => `${row}${PHONE},2026-11-20 10:00\n`).join('')}`,
  )
  const screen = { note: (line: string) => void answers.push(line), bar: undefined }
  const env = { ORDERS_SECRET: t.sandbox.credentials.ordersSecret }
  const { out } = await runCommand(importOrdersProgram, [file], { ...t, env, screen })
  answers.push(out)
  await t.advance(MINUTE_MS)

  // They did arrive, and were of use: both orders and the row of the file are this customer's.
  expect(
    await t.rawRows('SELECT order_id FROM shop_order WHERE external_userid = ? ORDER BY order_id', [externalUserId]),
  ).toEqual([{ order_id: 'C1' }, { order_id: 'P1' }, { order_id: 'P2' }])
  const stored = await everythingStored()
  expect(stored).toContain(externalUserId)
  expect(inClear.exec(stored)?.[0]).toBeUndefined()
  expect(inClear.exec(t.logLines.join('\n'))?.[0]).toBeUndefined()
  expect(inClear.exec(answers.join('\n'))?.[0]).toBeUndefined()
})

it('what people write is kept without the phones in it, a guide’s remark too', async () => {
  t = await buildTestApp({ config: 'brand', sandbox: { preset: 'brand' }, env: { LOG_LEVEL: 'trace' } })
  const { externalUserId } = await t.sandbox.scan({ state: 'package-card', name: '小满 １３９１２３４５６７８' })
  await t.settle()
  const [follow] = await t.rawRows<{ userid: string }>('SELECT userid FROM follow WHERE external_userid = ?', [
    externalUserId,
  ])
  const userId = follow?.userid ?? ''
  await t.sandbox.editRemark({ userId, externalUserId, remark: '小满139 1234 5678', description: '收货 139.1234.5678' })
  await t.advance(MINUTE_MS)
  const order = {
    orderId: 'P1',
    status: 'paid',
    totalFen: 9_900,
    items: [{ sku: '充值1391234 5678', name: '话费充值 139·1234·5678', quantity: 1, priceFen: 9_900, category: PHONE }],
    source: '商城',
    // By the phone that stands in the remark.
    customer: { phone: PHONE },
  }
  expect(await post(JSON.stringify(order))).toContain('"matched":true')
  const survey = {
    surveyId: '到店',
    responseId: 'r1',
    customer: { externalUserId },
    answers: [{ question: `${PHONE} 是您的吗`, answer: '不是，是１３９-1234-５６７８' }],
  }
  expect(await post(JSON.stringify(survey), '/api/surveys')).toContain('"matched":true')
  await t.advance(MINUTE_MS)

  expect(await t.rawRows('SELECT question, answer, answer_path FROM survey_answer')).toEqual([
    {
      question: '139****5678 是您的吗',
      answer: '不是，是139****5678',
      answer_path: '到店/139****5678 是您的吗/不是，是139****5678',
    },
  ])
  expect(await t.rawRows('SELECT sku, name, category FROM shop_order_item')).toEqual([
    { sku: '充值139****5678', name: '话费充值 139****5678', category: '139****5678' },
  ])
  expect(await t.rawRows('SELECT name FROM customer WHERE external_userid = ?', [externalUserId])).toEqual([
    { name: '小满 139****5678' },
  ])
  expect((await t.timelineOf(externalUserId)).join()).toContain('139****5678')
  expect(await columnsWith(PHONE)).toEqual([])
  expect(await t.rawRows('SELECT remark FROM follow WHERE external_userid = ?', [externalUserId])).toEqual([
    { remark: '小满139****5678' },
  ])
  expect(bare(t.logLines.join('\n'))).not.toContain(PHONE)
})
