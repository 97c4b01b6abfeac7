import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createDb, type Db } from '../core/db/db.ts'
import { holdDatabase } from '../core/db/hold-database.ts'
import { createSettableClock, type SettableClock, systemClock } from '../core/kernel/clock.ts'
import { createLogger } from '../core/kernel/logger.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { ACTION } from '../engine/actions/action-tables.ts'
import { createLiveProcesses } from '../platform/deployment/live-processes.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { bytesOf, everyRow } from '../testing/everything-stored.ts'
import { createMigratedDatabase, type TestDatabase } from '../testing/migrated-database.ts'
import { runCommand } from '../testing/run-command.ts'
import { backupProgram } from './backup.ts'
import type { Program } from './frame/command.ts'
import { runProgram } from './frame/run-program.ts'
import { createPeopleProgram } from './people.ts'

vi.setConfig({ testTimeout: 120_000 })

const CONFIG = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 您好\n',
  'sop/care.yaml': `
sop: care
name: 关怀
trigger: customer.added
steps:
  - wait: 1h
  - appMessage: { to: guide, text: 看看这位客户 }
`,
  'sop/morning.yaml': `
sop: morning
name: 早上好
trigger: { daily: "10:30" }
when: { follow.active: true }
steps:
  - appMessage: { to: guide, text: 早上的名单 }
`,
  'sends/s.yaml': `
send: 福利
audience: { follow.active: true }
content: { text: 福利来了 }
at: "2026-11-22 11:00"
`,
}

let database: TestDatabase
let clock: SettableClock
let sandbox: Sandbox
let folder: string
let t: TestApp
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-backup-'))
  for (const [file, text] of Object.entries(CONFIG)) {
    mkdirSync(dirname(join(folder, 'config', file)), { recursive: true })
    writeFileSync(join(folder, 'config', file), text)
  }
  database = await createMigratedDatabase()
  clock = createSettableClock('2026-11-22T09:00:00+08:00')
  sandbox = createSandbox({ clock, retryDelaysMs: [5, 10] })
  await sandbox.listen()
  t = await start()
})
afterEach(async () => {
  await t.close({ database: true })
  await sandbox.close()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const start = () => buildTestApp({ platform: { sandbox, clock }, databaseUrl: database.url, config: CONFIG })

/** As an operator runs it: no server's connection, only the address. */
async function run(program: Program, ...words: string[]) {
  let opened: Db | undefined
  try {
    return await runProgram(program, words, {
      db: async () => {
        opened ??= createDb(database.url, migrations)
        await opened.connect()
        return opened
      },
      closeDb: async () => undefined,
      hasDatabase: () => true,
      grants: async () => [],
      clock,
      operator: { name: 'tester', host: 'desk' },
      env: {
        DATABASE_URL: database.url,
        HUOSHUI_CONFIG: join(folder, 'config'),
        ORDERS_SECRET: sandbox.credentials.ordersSecret,
      },
      screen: { note: () => undefined, bar: undefined },
    })
  } finally {
    await opened?.close()
  }
}
const backup = (...words: string[]) => run(backupProgram, ...words)
const waiting = (key: string, kind: string, payload: object) => ({
  ...{ dedupe_key: key, kind, lane: 1 as const, payload: JSON.stringify(payload), reason: '{"text":"试"}' },
  ...{ state: 'waiting' as const, due_at: clock.now() + 10 * MINUTE_MS, created_at: clock.now() },
})
const toldGuides = () =>
  sandbox
    .calls('message/send')
    .map(({ body }) => JSON.stringify(body))
    .filter((body) => /看看这位客户|早上的名单/.test(body))
const sends = () => sandbox.calls('externalcontact/add_msg_template')
const advance = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute += 5) await t.advance(5 * MINUTE_MS)
}

it('what was done after a backup is not done again, who was erased stays erased, and what is due later goes on', async () => {
  for (const externalUserId of ['wmStays', 'wmGone']) {
    await sandbox.scan({ userId: 'zhangsan', externalUserId, name: `名字${externalUserId}` })
  }
  await t.settle()
  await advance(30)
  await sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmLater', name: '后来' })
  await t.settle()
  await t.db.tx((tx) =>
    tx.insertIgnore(ACTION, [
      waiting('tell', 'staff.tell', { userId: 'zhangsan', text: '看看这位客户，早说好的' }),
      waiting('list', 'tag.list', {}),
    ]),
  )
  const made = await backup('make', join(folder, 'one'))
  expect(made).toMatchObject({ code: 0 })
  expect(made.out).toMatch(/^备份写进了 .*one：2026-11-22 09:30 的数据，.* MB，删除名单 0 条。$/)
  for (const file of readdirSync(join(folder, 'one'))) {
    expect([file, statSync(join(folder, 'one', file)).mode & 0o077]).toEqual([file, 0])
  }

  // 10:00, 10:30 and 11:00 pass: the journey of the two, the daily list and the send happen.
  await advance(40)
  const atTen = toldGuides().length
  expect(atTen).toBeGreaterThan(0)
  const people = createPeopleProgram({ pause: (ms) => t.advance(ms) })
  await sandbox.deleteGuide({ externalUserId: 'wmGone', userId: 'zhangsan' })
  await t.settle()
  const scene = { ...t, env: { ORDERS_SECRET: sandbox.credentials.ordersSecret, DATABASE_URL: database.url } }
  expect(await runCommand(people, ['erase', 'wmGone', '--yes'], scene)).toMatchObject({ code: 0 })
  await runCommand(people, ['save-list', join(folder, 'newest.json')], scene)
  clock.set(Date.parse('2026-11-22T11:05:00+08:00'))
  await advance(10)
  const [told, sent] = [toldGuides().length, sends().length]
  expect(told).toBeGreaterThan(atTen)
  expect(sent).toBe(1)
  await t.close({ database: true })

  const restored = await backup('restore', join(folder, 'one'), '--erased', join(folder, 'newest.json'), '--yes')
  expect(restored).toMatchObject({ code: 0 })
  t = await start()
  await advance(30)
  await t.advance(5 * HOUR_MS)
  expect([toldGuides().length, sends().length]).toEqual([told, sent])
  expect(await t.timelineOf('wmStays', 'sop.ended')).toEqual(['离开 SOP「关怀」：恢复备份：可能已经做过，没有再做'])
  const all = await everyRow(t)
  expect(['wmGone', '名字wmGone'].filter((word) => all.includes(bytesOf(word)))).toEqual([])
  expect(all).toContain('wmStays')
  // What is the same when done again is done.
  const actions = await t.rawRows(
    `SELECT dedupe_key, state FROM action WHERE dedupe_key IN ('tell', 'list') ORDER BY id`,
  )
  expect(actions).toEqual([
    { dedupe_key: 'tell', state: 'expired' },
    { dedupe_key: 'list', state: 'done' },
  ])
  expect(restored.out).toContain('删除名单里回来的 1 位已再次删除')
  expect(restored.out).toMatch(/没有再做：.*定时群发 1 次.*旅程里到期的 \d 位（已离开旅程）.*名单和人群 1 个/)

  // Tomorrow's list comes, and whoever comes now gets what everybody gets.
  t.clock.set(Date.parse('2026-11-23T10:29:00+08:00'))
  await advance(10)
  expect(toldGuides().length).toBeGreaterThan(told)
  await sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmNew', name: '新来' })
  await t.settle()
  expect((await t.timelineOf('wmNew', 'sop.entered')).length).toBe(1)
  await t.advance(DAY_MS)
})

it('whoever waited for a call that the restore ended is told of it: nothing stays waiting, nothing is asked twice', async () => {
  const WELCOME = 'externalcontact/send_welcome_msg'
  const HANDOVER = 'externalcontact/transfer_customer'
  await sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmA', name: '甲' })
  await t.settle()
  // Both wait at the backup: WeCom is busy.
  for (const path of [WELCOME, HANDOVER]) sandbox.faults.set({ path, errcode: -1 })
  const request = {
    ...{
      fromUserId: 'zhangsan',
      toUserIds: ['lisi'],
      assignments: [],
      tags: [],
      channels: [],
      what: 'customers' as const,
    },
    ...{ mostCustomers: 5_000, limit: undefined },
  }
  await t.db.tx((tx) => t.huoshui.handover.start(tx, request, undefined))
  await sandbox.scan({ userId: 'lisi', externalUserId: 'wmB', name: '乙' })
  await t.settle()
  const made = await backup('make', join(folder, 'one'))
  expect(made).toMatchObject({ code: 0 })
  const parts = () => t.rawRows('SELECT external_userid, state, reason FROM handover_customer')
  const welcomes = () => t.rawRows("SELECT state, reason FROM welcome WHERE external_userid = 'wmB'")
  expect([await parts(), await welcomes()]).toMatchObject([[{ state: 'planned' }], [{ state: 'waiting' }]])

  // Since then both have happened.
  sandbox.faults.clear()
  // A welcome lives for twenty seconds.
  for (let second = 0; second < 15; second += 3) await t.advance(3_000)
  await advance(5)
  expect([await parts(), await welcomes()]).toMatchObject([[{ state: 'waiting' }], [{ state: 'sent' }]])
  const asked = () => [WELCOME, HANDOVER].map((path) => sandbox.calls(path).length)
  const before = asked()
  await t.close({ database: true })
  const restored = await backup('restore', join(folder, 'one'), '--yes')
  expect(restored.out).toMatch(/没有再做：.*欢迎语.* 1 个/)
  t = await start()
  await advance(10)
  expect(asked()).toEqual(before)
  const why = '恢复了备份：备份以后可能已经发出，没有再发'
  expect(await welcomes()).toEqual([{ state: 'sent-or-taken', reason: why }])
  expect(await t.timelineOf('wmB', 'welcome.ended')).toEqual([`欢迎语「默认」可能已发送：${why}`])
  expect(await parts()).toEqual([{ external_userid: 'wmA', state: 'waiting', reason: null }])
  await t.advance(DAY_MS)
  await advance(10)
  expect(await parts()).toEqual([{ external_userid: 'wmA', state: 'done', reason: null }])
  expect(asked()).toEqual(before)
})

it('a step that is due after the restore is taken', async () => {
  await sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmA', name: '甲' })
  await t.settle()
  await backup('make', join(folder, 'one'))
  await t.close({ database: true })
  clock.advance(10 * MINUTE_MS)
  expect(await backup('restore', join(folder, 'one'), '--yes')).toMatchObject({ code: 0 })
  t = await start()
  await advance(60)
  expect(toldGuides()).toHaveLength(1)
  expect(await t.timelineOf('wmA', 'sop.ended')).toEqual(['完成 SOP「关怀」：走完全部步骤'])
})

it('nothing is touched without --yes, by a backup that is not whole, or while a server runs', async () => {
  await sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmA', name: '甲' })
  await t.settle()
  const one = join(folder, 'one')
  await backup('make', one)
  await sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmAfter', name: '后来' })
  await t.settle()
  const isThere = async () =>
    (await t.rawRows('SELECT 1 AS one FROM customer WHERE external_userid = ?', ['wmAfter'])).length === 1

  expect(await backup('restore', one)).toMatchObject({ code: 0, out: expect.stringContaining('加上 --yes 恢复') })
  expect(await isThere()).toBe(true)

  // The world's clock is none that a real database knows.
  const db = createDb(database.url, migrations)
  await db.connect()
  const log = createLogger({ level: 'silent' })
  const server = createLiveProcesses({ db, clock: systemClock, log, instance: 'real' })
  await server.tell()
  const letGo = holdDatabase(database.url, { pid: 1, address: 'http://server' })
  const running = await backup('restore', one, '--yes')
  letGo()
  await server.leave()
  await db.close()
  expect([running.code, /正被另一个活水服务使用|还有 1 个活水服务/.test(running.err)]).toEqual([1, true])
  expect(await isThere()).toBe(true)

  expect(await backup('make', one)).toMatchObject({ code: 1, err: expect.stringContaining('里已经有东西') })
  mkdirSync(join(folder, 'half'))
  writeFileSync(join(folder, 'half', 'database.sql'), '')
  expect(await backup('restore', join(folder, 'half'), '--yes')).toMatchObject({
    code: 1,
    err: expect.stringContaining('备份没有做完'),
  })
  const file = readdirSync(one).find((name) => name.startsWith('database')) ?? ''
  appendFileSync(join(one, file), ' ')
  expect(await backup('restore', one, '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('不能用来恢复') })
  expect(await isThere()).toBe(true)
})
