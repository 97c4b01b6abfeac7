import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { wordsOf } from './store-alarm.ts'

let t: TestApp
const closing: (() => void)[] = []
afterEach(async () => {
  await t?.close()
  for (const close of closing.splice(0)) close()
})

it('nothing can be stored for a minute: told straight by robot and app, once each, seen in /metrics, over by itself', async () => {
  const heard: string[] = []
  const answers = [500]
  const robot = createServer(async (request, response) => {
    heard.push(await text(request))
    response.writeHead(answers.shift() ?? 200).end('{"errcode":0}')
  })
  await new Promise<void>((done) => robot.listen(0, '127.0.0.1', done))
  closing.push(() => robot.close())
  const url = `http://127.0.0.1:${(robot.address() as AddressInfo).port}/`
  t = await buildTestApp({ env: { ALERT_USERIDS: 'zhangsan', ALERT_WEBHOOK: url, WEBHOOK_PRIVATE: 'yes' } })
  const gauge = async () => (await fetch(`${t.url}/metrics`)).text()
  const toldByApp = () =>
    t.sandbox.calls('message/send').filter(({ body }) => JSON.stringify(body).includes('数据库存不进东西')).length

  await t.db.tx((tx) => tx.run(raw('ALTER TABLE live_process RENAME TO live_process_away')))
  for (let second = 0; second < 45; second += 15) await t.advance(15 * SECOND_MS)
  expect([heard.length, toldByApp()]).toEqual([0, 0])
  expect(await gauge()).not.toContain('database.store')
  for (let second = 0; second < 90; second += 15) await t.advance(15 * SECOND_MS)
  // The robot's first answer was no yes.
  expect([heard.length, toldByApp()]).toEqual([2, 1])
  expect(JSON.parse(heard[0] ?? '')).toMatchObject({ alert: { key: 'database.store' } })
  expect(await gauge()).toContain('huoshui_alerts_open{alert="database.store"} 1')
  expect((await fetch(`${t.url}/readyz`)).status).toBe(503)

  await t.db.tx((tx) => tx.run(raw('ALTER TABLE live_process_away RENAME TO live_process')))
  for (let second = 0; second < 120; second += 15) await t.advance(15 * SECOND_MS)
  expect([heard.length, toldByApp()]).toEqual([2, 1])
  expect(await gauge()).not.toContain('database.store')
  expect((await fetch(`${t.url}/readyz`)).status).toBe(200)

  // A second time is told again.
  await t.db.tx((tx) => tx.run(raw('ALTER TABLE live_process RENAME TO live_process_away')))
  for (let second = 0; second < 120; second += 15) await t.advance(15 * SECOND_MS)
  expect([heard.length, toldByApp()]).toEqual([3, 2])
})

describe('in words', () => {
  it.each([
    ['SQLITE_FULL', '磁盘满了'],
    ['ER_RECORD_FILE_FULL', '磁盘满了'],
    ['SQLITE_READONLY', '只读'],
    ['ER_OPTION_PREVENTS_STATEMENT', '只读'],
    ['ECONNREFUSED', '连不上或写不进去'],
  ])('%s', (code, words) => {
    const { text: said } = wordsOf(Object.assign(new Error('INSERT secret words'), { code }))
    expect(said).toContain(`${words}`)
    expect(said).toContain(`（${code}）`)
    expect(said).not.toContain('secret')
  })
})
