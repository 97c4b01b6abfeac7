import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts'
import { createDb, type Db } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'
import { systemClock } from '../../core/kernel/clock.ts'
import { huoshuiEnv, type Started, startProgram, untilReady } from '../../testing/start-program.ts'
import { createTestDatabase } from '../../testing/test-database.ts'

const CONFIG = {
  'channels/c.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
  'welcomes/w.yaml': 'welcome: 通用\ndefault: true\ntext: 您好\n',
}
const TOKEN_LIFE_SEC = 4
/** What one process alone asks in one life of a token: the new one, and at 2 s, 3 s and 3.5 s whether there is a newer. */
const ASKS_PER_LIFE = 4
const VOIDS = 20
/** Calls that one token's end may meet, each once: those under way in both processes, by endpoint (welcome, details, tags). */
const REFUSED_PER_END = 2 * (32 + 4 + 4)

let sandbox: Sandbox
let database: { url: string; drop(): Promise<void> }
let db: Db
let configDir: string
let servers: Started[]
/** Customers scan all the time; the callbacks go to both processes by turns. */
let isOpen: boolean
let shop: Promise<void>
const customers: string[] = []

beforeEach(async () => {
  sandbox = createSandbox({ clock: systemClock, latencyMs: 50, tokenLifeSec: TOKEN_LIFE_SEC, keepCalls: 100_000 })
  await sandbox.listen()
  database = await createTestDatabase()
  db = createDb(database.url, migrations)
  configDir = mkdtempSync(join(tmpdir(), 'huoshui-two-'))
  for (const folder of ['channels', 'welcomes']) mkdirSync(join(configDir, folder))
  for (const [path, text] of Object.entries(CONFIG)) writeFileSync(join(configDir, path), text)
  const env = huoshuiEnv(sandbox.url, database.url, configDir)
  servers = [await startProgram('server/main.ts', { env })]
  await untilReady(servers[0]?.url ?? '')
  servers.push(await startProgram('server/main.ts', { env }))
  await untilReady(servers[1]?.url ?? '')
  while ((await count('SELECT COUNT(*) AS n FROM channel WHERE config_id IS NOT NULL')) === 0) await pause(50)
  isOpen = true
  shop = (async () => {
    for (let n = 0; isOpen; n++) {
      sandbox.connect(servers[n % 2]?.url ?? '')
      customers.push((await sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })).externalUserId)
      await pause(60)
      // No faster than they are welcomed: this is not about a busy machine.
      while (isOpen && customers.length - welcomes() > 20) await pause(20)
    }
  })()
})
afterEach(async () => {
  isOpen = false
  for (const server of servers) await server.stop()
  await sandbox.close()
  await db.close()
  await database.drop()
  rmSync(configDir, { recursive: true, force: true })
})

const count = async (sql: string): Promise<number> =>
  Number((await db.tx((tx) => tx.row(raw<{ n: number }>(sql))))?.n ?? 0)
const asked = (): number => sandbox.calls('cgi-bin/gettoken').length
const welcomes = (): number => sandbox.calls('send_welcome_msg').filter(({ errcode }) => errcode === 0).length
const refused = (): number => sandbox.calls().filter(({ errcode }) => errcode === 40014 || errcode === 42001).length
const callsOf = async (server: Started | undefined): Promise<number> => {
  const metrics = await (await fetch(`${server?.url}/metrics`)).text()
  return [...metrics.matchAll(/^huoshui_wecom_call_seconds_count\{.*errcode="0".*\} (\d+)$/gm)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  )
}

/** What the phase cost: fetches asked of WeCom, and calls that it refused for the token. */
async function during(phase: () => Promise<void>): Promise<{ asked: number; refused: number }> {
  const [askedBefore, refusedBefore] = [asked(), refused()]
  await phase()
  return { asked: asked() - askedBefore, refused: refused() - refusedBefore }
}
const unfinished = (): Promise<number> =>
  count("SELECT COUNT(*) AS n FROM action WHERE state IN ('waiting', 'running')")

describe.runIf(process.env.TEST_MYSQL_URL)('two server processes on one database', () => {
  it('fetch one token between them each time it ends, by WeCom or by the clock, and lose nothing', async () => {
    let slowMs = 0
    const ended = await during(async () => {
      for (let n = 0; n < VOIDS; n++) {
        const [before, began] = [asked(), Date.now()]
        sandbox.faults.set({ path: n % 2 ? 'mark_tag' : 'externalcontact/get', invalidToken: true, times: 1 })
        while (asked() === before) await pause(5)
        await pause(50)
        // On a machine so busy that the token came of age meanwhile, it was due for a refresh besides.
        if (Date.now() - began >= (TOKEN_LIFE_SEC * 1_000) / 2) slowMs += Date.now() - began
      }
    })
    expect(ended.asked).toBeGreaterThanOrEqual(VOIDS)
    expect(ended.asked).toBeLessThanOrEqual(VOIDS + 1 + slowMs / 1_000)
    expect(ended.refused).toBeLessThanOrEqual(VOIDS * REFUSED_PER_END)

    const expired = await during(() => pause(1.25 * TOKEN_LIFE_SEC * 1_000))
    expect(expired.asked).toBeGreaterThan(0)
    expect(expired.asked).toBeLessThanOrEqual(2 * ASKS_PER_LIFE)
    expect(expired.refused).toBeLessThanOrEqual(2 * REFUSED_PER_END)

    // Were one process' new token to send the other for one of its own, there would be no end to it here.
    sandbox.setMoods({ newTokenEndsOld: true })
    const replaced = await during(() => pause(0.75 * TOKEN_LIFE_SEC * 1_000))
    expect(replaced.asked).toBeGreaterThan(0)
    expect(replaced.asked).toBeLessThanOrEqual(2)
    expect(replaced.refused).toBeLessThanOrEqual(2 * REFUSED_PER_END)

    isOpen = false
    await shop
    await sandbox.settle()
    while ((await unfinished()) > 0) await pause(50)
    for (const server of servers) expect(await callsOf(server)).toBeGreaterThan(customers.length / 2)
    const welcomed = (id: string): boolean => sandbox.messagesOf(id).some((message) => message.via === 'welcome')
    expect(customers.filter((id) => !welcomed(id))).toEqual([])
    expect(await count("SELECT COUNT(*) AS n FROM action WHERE state = 'dead'")).toBe(0)
    expect(await count('SELECT COUNT(*) AS n FROM follow_tag')).toBe(customers.length)
  })
})
