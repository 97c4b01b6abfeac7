import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { demoShopEnv } from '../sandbox/credentials.ts'
import { createSandbox } from '../sandbox/sandbox.ts'
import { KIND } from '../sandbox/shops/manners.ts'
import type { Program } from '../server/cli/frame/command.ts'
import { PROGRAMS } from '../server/cli/programs.ts'
import { createReconcileProgram } from '../server/cli/reconcile.ts'
import { createSyncProgram } from '../server/cli/sync.ts'
import { createSettableClock } from '../server/core/kernel/clock.ts'
import { buildTestApp, type TestApp } from '../server/testing/build-test-app.ts'
import { runCommand } from '../server/testing/run-command.ts'
import { huoshuiEnv } from '../server/testing/start-program.ts'

const PAGES = [
  'README.md',
  'README.zh-CN.md',
  'docs/rules.md',
  'docs/rules.zh-CN.md',
  'docs/running.md',
  'docs/running.zh-CN.md',
  'docs/connect-a-corp.md',
  'docs/connect-a-corp.zh-CN.md',
  'docs/shop-data.md',
  'docs/shop-data.zh-CN.md',
  'docs/shops.md',
  'docs/shops.zh-CN.md',
  'docs/webhooks.md',
  'docs/events.md',
  'docs/add-to-it.md',
  'docs/add-to-it.zh-CN.md',
  'config/README.md',
  'config/DEMO-SHOP.md',
]

/** The commands of a page as one would type them: without what may be left out, without what explains them. */
function commandsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8')
  const lines = [...text.matchAll(/npm run (?:-s )?([\w:-]+)((?: --)?(?: [^`\n]*)?)/g)]
  return lines.flatMap(([, name = '', rest = '']) => {
    if (!Object.hasOwn(PROGRAMS, name)) return []
    const words = rest
      .replace(/#.*$/, '')
      .replace(/^\s*--(?=\s|$)/, '')
      .replaceAll(/\[[^\]]*\]/g, '')
      .trim()
    return [`${name} ${words.replaceAll(/\s+/g, ' ')}`.trim()]
  })
}

/** Where only the program is meant, which does nothing without a command. */
const NAMED_ONLY = ['handover']
const COMMANDS = [...new Set(PAGES.flatMap(commandsOf))].filter((command) => !NAMED_ONLY.includes(command)).sort()

/** Of a shop on its first day: not yet there, or there since something is to be mended. Everything else ends with 0. */
const CODES: Record<string, number> = {
  'sends cancel 周三福利日': 1,
  'groups misplaced': 1,
  // The order of the file that was imported is nobody's.
  'orders unmatched': 1,
  // Nothing is in doubt or given up.
  'actions retry grant.give': 1,
  'shops again muye': 1,
  'shops settle 12 given': 1,
  'shops settle 12 none': 1,
}

let t: TestApp
let folder = ''
let places: Record<string, string>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-docs-'))
  const clock = createSettableClock('2026-11-22T10:00:00+08:00')
  const sandbox = createSandbox({ clock, preset: 'brand', retryDelaysMs: [5, 10], shopManners: KIND })
  await sandbox.listen()
  t = await buildTestApp({ config: 'brand', platform: { sandbox, clock }, env: demoShopEnv(sandbox.url) })
  await t.sandbox.scan({ userId: 'linxiaoyu', state: 'parcel-card', name: '小满' })
  await t.settle()
  // What was bought before is read a second's calls at a time.
  for (let second = 0; second < 20; second++) await t.advance(1_000)
  await t.advance(60_000)
  mkdirSync(join(folder, 'data'))
  const csv = join(folder, 'orders.csv')
  writeFileSync(csv, '订单号,状态,金额,手机号,付款时间\nA1,已付款,99,13800001111,2026-11-20 10:00:00\n')
  // An order that finds nobody, for who says whose it is.
  await runCommand(await programOf('import:orders'), [csv], { ...t, env: envOf() })
  const event = (await t.rawRows<{ id: number }>('SELECT MAX(id) AS id FROM inbound_event'))[0]
  const number = String(event?.id)
  places = {
    '<sop>': '新客首单',
    '<SOP>': '新客首单',
    '<客户>': '小满',
    '<group>': '牧野牛排·付费群 1',
    '<tag>': '走完新群七天',
    '<customer>': '小满',
    '<文件夹>': t.configDir,
    '<folder>': t.configDir,
    '<编号>': number,
    '<number>': number,
    // Made by one command of a page, looked at by the next.
    '<backup>': join(folder, 'backup'),
    '<备份>': join(folder, '备份'),
    'orders.csv': csv,
    '订单.csv': csv,
  }
}, 300_000)
afterAll(async () => {
  await t.close()
  await t.sandbox.close()
  rmSync(folder, { recursive: true, force: true })
})

const envOf = () => ({
  ...huoshuiEnv(t.sandbox.url, t.databaseUrl, t.configDir),
  ...demoShopEnv(t.sandbox.url),
  PORT: new URL(t.url).port,
})

async function programOf(name: string): Promise<Program> {
  const open = async () => ({
    db: t.db,
    clock: t.clock,
    screen: { note: () => undefined, bar: undefined },
    sync: t.huoshui.sync,
    work: async () => undefined,
    pause: () => t.advance(1_000),
    close: async () => undefined,
  })
  if (name === 'sync') return createSyncProgram(open)
  if (name === 'reconcile') return createReconcileProgram(open)
  const program = await PROGRAMS[name]?.()
  if (program === undefined) throw new Error(`no program ${name}`)
  return program
}

it('the pages name some commands of every program', () => {
  expect(Object.keys(PROGRAMS).filter((name) => !COMMANDS.some((command) => command.split(' ')[0] === name))).toEqual(
    [],
  )
})

it.each(COMMANDS)(
  '%s works on the demo as printed',
  async (command) => {
    const [name = '', ...words] = command.split(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/)
    const given = words.map((word) => places[word] ?? word.replaceAll('"', ''))
    const { code, out, err } = await runCommand(await programOf(name), given, { ...t, env: envOf() })
    const told = `${out}\n${err}`
    expect(told).not.toMatch(/\n\s+at |程序的问题|undefined|\[object Object\]/)
    expect(told.length).toBeGreaterThan(3)
    // The doctor sees a platform and a machine, not only the shop: faults of theirs are none of the page's.
    if (name === 'doctor') expect(code).not.toBe(2)
    else expect([code, err]).toEqual([CODES[command] ?? 0, CODES[command] === undefined ? '' : err])
  },
  300_000,
)
