import { afterEach, describe, expect, it } from 'vitest'
import { createSandbox } from '../../sandbox/sandbox.ts'
import { raw } from '../core/db/sql.ts'
import { createSettableClock } from '../core/kernel/clock.ts'
import { createLogger } from '../core/kernel/logger.ts'
import { createHuoshui } from '../huoshui.ts'
import { readSettings } from '../settings.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { createMigratedDatabase } from '../testing/migrated-database.ts'
import { runCommand } from '../testing/run-command.ts'
import { huoshuiEnv } from '../testing/start-program.ts'
import type { FollowDeps } from './follow-run.ts'
import { createReconcileProgram } from './reconcile.ts'
import { createSyncProgram } from './sync.ts'

const NOWHERE = 'http://127.0.0.1:1'

interface Command {
  deps: FollowDeps
  /** What was told on the way, and the answers. */
  lines: string[]
}

function command(deps: Omit<FollowDeps, 'screen'>): Command {
  const lines: string[] = []
  return { deps: { ...deps, screen: { note: (line) => void lines.push(line), bar: undefined } }, lines }
}

async function run(create: typeof createSyncProgram, words: string[], { deps, lines }: Command): Promise<number> {
  const program = create(async () => ({ ...deps, close: async () => undefined }))
  const { code, out, err } = await runCommand(program, words, deps)
  lines.push(...[out, err].filter((text) => text !== '').flatMap((text) => text.split('\n')))
  return code
}
const runSync = (words: string[], asked: Command) => run(createSyncProgram, words, asked)
const runReconcile = (words: string[], asked: Command) => run(createReconcileProgram, words, asked)

describe('npm run sync and reconcile', () => {
  let close: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const one of close.reverse()) await one()
    close = []
  })

  /** A command beside a running server, which gets a second between two looks. */
  const beside = (t: TestApp): Command =>
    command({
      db: t.db,
      clock: t.clock,
      sync: t.huoshui.sync,
      work: async () => {
        throw new Error('the server is there to do it')
      },
      pause: () => t.advance(1_000),
    })

  const withServer = async (): Promise<TestApp> => {
    const t = await buildTestApp()
    close.push(() => t.close())
    await t.sandbox.scan({ userId: 'zhangsan', name: '小雨' })
    await t.sandbox.scan({ userId: 'lisi', name: '阿明' })
    await t.settle()
    await t.advance(600_000)
    return t
  }

  it('a running server does the work; the command tells how much was read', async () => {
    const t = await withServer()
    const deps = beside(t)
    expect(await runSync([], deps)).toBe(0)
    expect(deps.lines.at(-1)).toMatch(/^读完：客户关系 2 条，客户群 0 个，用时 \d+ 秒。$/)
    expect(await t.rawRows(`SELECT kind, state FROM sync_run WHERE kind = 'sync'`)).toEqual([
      { kind: 'sync', state: 'done' },
    ])
  })

  it('names the rows that could not be used, by the command and by the report of a reconciliation', async () => {
    const t = await withServer()
    const at = 'external_contact_list.0.follow_info.userid'
    t.sandbox.faults.set({ path: 'batch/get_by_user', odd: { at, is: 'null' } })
    const [first] = t.sandbox.world.customers.keys()
    const named = `读不懂、略过的一条：${first}，接口 /cgi-bin/externalcontact/batch/get_by_user 的字段 external_contact_list[].follow_info.userid`
    const sync = beside(t)
    expect(await runSync([], sync)).toBe(1)
    expect(sync.lines.join('\n')).toContain(named)
    const reconcile = beside(t)
    expect(await runReconcile([], reconcile)).toBe(1)
    const text = reconcile.lines.join('\n')
    expect(text).toContain('没有漏掉的变化')
    expect(text).toContain(named)
  })

  it('a reconciliation tells how many were missed, of which kinds, since when; the report has each of them', async () => {
    const t = await withServer()
    t.sandbox.connect(NOWHERE)
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    await t.advance(300_000)

    const dry = beside(t)
    expect(await runReconcile(['--dry'], dry)).toBe(1)
    expect(dry.lines.join('\n')).toContain('找到 1 处漏掉的变化')
    const deps = beside(t)
    expect(await runReconcile([], deps)).toBe(1)
    const text = deps.lines.join('\n')
    expect(text).toContain('找到并补上 1 处漏掉的变化（上一次核对 2026-11-22 09:00 没有见到）')
    expect(text).toContain('漏掉的新增客户 1，最早 2026-11-22 09:10')
    const again = beside(t)
    expect(await runReconcile([], again)).toBe(0)
    expect(again.lines.join('\n')).toContain('没有漏掉的变化')

    const report = beside(t)
    expect(await runReconcile(['report'], report)).toBe(0)
    expect(report.lines.map((line) => line.split('，').at(-1))).toEqual(['没有漏掉的', '漏掉 1 处', '漏掉 1 处'])
    const run = (await t.rawRows<{ id: number }>(`SELECT MAX(id) AS id FROM sync_run WHERE found = 1`))[0]
    expect(await runReconcile(['report', String(run?.id)], report)).toBe(1)
    expect(report.lines.at(-1)).toContain(`漏掉的新增客户：${externalUserId} @zhangsan 2026-11-22 09:10`)
  })

  it('tells how many customers deleted a guide without our hearing of it, though not who', async () => {
    const t = await withServer()
    const [first = '', second = ''] = t.sandbox.world.customers.keys()
    await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: first })
    await t.settle()
    t.sandbox.connect(NOWHERE)
    await t.sandbox.deleteGuide({ userId: 'lisi', externalUserId: second })
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    await t.advance(25 * 3_600_000)
    const deps = beside(t)
    expect(await runReconcile([], deps)).toBe(0)
    const text = deps.lines.join('\n')
    expect(text).toContain('没有漏掉的变化')
    expect(text).toContain('近 30 天客户删除导购：企业微信统计 2 次，这里记到 1 次，差 1 次')
    expect(text).toContain('差得多的：lisi 1')
  })

  it('refuses what it does not understand and says how it is used', async () => {
    const t = await withServer()
    const deps = beside(t)
    expect(await runSync(['all'], deps)).toBe(2)
    expect(await runReconcile(['report', '999'], deps)).toBe(1)
    expect(await runReconcile(['--try'], deps)).toBe(2)
    expect(deps.lines[0]).toBe('后面不用写 all。')
    expect(deps.lines[1]).toContain('用法：npm run -s sync')
  })

  it('without a server the command reads the corp itself, and leaves everything else to the next server', async () => {
    const clock = createSettableClock('2026-11-22T09:00:00+08:00')
    const sandbox = createSandbox({ clock })
    await sandbox.listen()
    close.push(() => sandbox.close())
    for (let index = 0; index < 250; index++) await sandbox.scan({ userId: index % 2 === 0 ? 'zhangsan' : 'lisi' })
    const database = await createMigratedDatabase()
    close.push(() => database.drop())
    const settings = readSettings(huoshuiEnv(sandbox.url, database.url, '/nowhere'))
    const huoshui = createHuoshui({ settings, clock, log: createLogger({ level: 'silent' }), only: 'backfill' })
    close.push(() => huoshui.stop())
    await huoshui.db.migrate()
    let isPrepared = false
    const work = async (): Promise<void> => {
      if (isPrepared) await huoshui.beat()
      else isPrepared = await huoshui.prepare()
    }
    const pause = async (): Promise<void> => {
      clock.advance(1_000)
      await huoshui.drained()
    }
    const asked = command({ db: huoshui.db, clock, sync: huoshui.sync, work, pause })
    expect(await runSync([], asked)).toBe(0)
    expect(asked.lines.at(-1)).toContain('读完：客户关系 250 条')
    const rows = await huoshui.db.tx((tx) => tx.rows(raw(`SELECT kind, state FROM sync_run`)))
    expect(rows).toEqual([{ kind: 'first', state: 'done' }])
    const others = await huoshui.db.tx((tx) =>
      tx.rows(
        raw(`SELECT kind FROM action WHERE state <> 'waiting' AND kind NOT LIKE 'sync.%' AND kind NOT LIKE 'group.%'`),
      ),
    )
    expect(others).toEqual([])
  })
})
