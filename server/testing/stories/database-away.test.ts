import { mkdirSync, rmdirSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../build-test-app.ts'
import { openTcpGate } from '../tcp-gate.ts'
import { createTestDatabase } from '../test-database.ts'

/** A database that can be taken away: MariaDB behind a door, SQLite as a path that a folder stands in, which is
 *  what a container makes of a missing file. */
async function removableDatabase() {
  const database = await createTestDatabase()
  if (database.url.startsWith('sqlite:')) {
    const file = database.url.slice('sqlite:'.length)
    return {
      url: database.url,
      takeAway: () => mkdirSync(file),
      bringBack: () => rmdirSync(file),
      drop: database.drop,
    }
  }
  const url = new URL(database.url)
  const gate = await openTcpGate({ host: url.hostname, port: Number(url.port || 3306) })
  url.hostname = '127.0.0.1'
  url.port = String(gate.port)
  return {
    url: url.href,
    takeAway: gate.shut,
    bringBack: gate.open,
    drop: async () => {
      await gate.close()
      await database.drop()
    },
  }
}

const config = {
  'channels/c.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\n',
  'welcomes/w.yaml': 'welcome: 默认欢迎语\ndefault: true\ntext: 您好，欢迎来到牧野。\n',
}
const statusOf = async (path: string): Promise<number> => (await fetch(`${t.url}${path}`)).status
const welcomesOf = (externalUserId: string): number =>
  t.sandbox.messagesOf(externalUserId).filter((message) => message.via === 'welcome').length

let t: TestApp
let database: Awaited<ReturnType<typeof removableDatabase>>
afterEach(async () => {
  await t.close()
  await database.drop()
})

describe('the database is down at start', () => {
  it('the server is up all the same, answers callbacks 503, and needs no restart once it is there', async () => {
    database = await removableDatabase()
    database.takeAway()
    t = await buildTestApp({ config, databaseUrl: database.url })
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503])
    expect(await statusOf('/metrics')).toBe(200)
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.settle()
    expect(t.sandbox.callbackLog().at(-1)).toMatchObject({ delivered: false, tries: 3 })
    for (let second = 0; second < 3; second++) await t.advance(SECOND_MS)
    const complaints = t.logLines.filter((line) => line.includes('database not usable yet'))
    expect(complaints).toHaveLength(1)

    database.bringBack()
    while ((await statusOf('/readyz')) !== 200) await t.settle()
    t.sandbox.redeliver()
    await t.settle()
    expect(welcomesOf(externalUserId)).toBe(1)
  })
})

describe.runIf(process.env.TEST_MYSQL_URL)('the database server dies while we run', () => {
  it('callbacks are answered 503 until it is back; what was sent again is handled once', async () => {
    database = await removableDatabase()
    t = await buildTestApp({ config, databaseUrl: database.url })
    await t.advance(10 * SECOND_MS)
    const before = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.settle()
    database.takeAway()
    const during = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.settle()
    expect(t.sandbox.callbackLog().at(-1)).toMatchObject({ delivered: false, tries: 3 })
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503])
    await t.advance(SECOND_MS)

    database.bringBack()
    await t.advance(SECOND_MS)
    expect(await statusOf('/readyz')).toBe(200)
    t.sandbox.redeliver()
    await t.settle()
    expect([welcomesOf(before.externalUserId), welcomesOf(during.externalUserId)]).toEqual([1, 1])
  })
})
