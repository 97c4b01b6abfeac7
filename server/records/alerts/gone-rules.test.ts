import { rmSync, utimesSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { sopProgram } from '../../cli/sop.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { GOOD_RULES, TINY_PNG } from '../../rules/testing/rule-folder-on-disk.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'

let t: TestApp
afterEach(() => t.close())

const alerts = async () => (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).map(({ text }) => text)
/** With a guide whom the corp has. */
const RULES: Record<string, string> = {
  ...GOOD_RULES,
  'channels/包裹卡.yaml': (GOOD_RULES['channels/包裹卡.yaml'] ?? '').replace('linxiaoyu', 'zhangsan'),
}
const open = async (): Promise<void> => {
  t = await buildTestApp({ config: { ...RULES, 'assets/hello.png': TINY_PNG } })
}
/** Files that came to rest long ago. */
async function rested(): Promise<void> {
  for (const file of await readdir(t.configDir, { recursive: true })) utimesSync(join(t.configDir, file), 1_000, 1_000)
  await t.advance(MINUTE_MS)
}
const remove = (...files: string[]): void => {
  for (const file of files) rmSync(join(t.configDir, file))
}

it('rules that the files no longer have are told of once, at the server and by check; nothing is said of the others', async () => {
  await open()
  remove('sends/福利.yaml')
  const { out } = await runCommand(sopProgram, ['check', t.configDir], { clock: t.clock, db: t.db })
  expect(out).toContain('sends/福利.yaml:1:1 群发「福利」正在用，文件里已经没有了')
  expect(out.match(/正在用/g)).toHaveLength(1)
  await rested()
  expect(await alerts()).toEqual(['规则文件里少了 1 条正在用的规则，已经不再生效：群发「福利」（sends/福利.yaml）'])

  // Another change says nothing of those; what is back is over.
  t.writeConfig({ 'channels/包裹卡.yaml': (RULES['channels/包裹卡.yaml'] ?? '').replace('zhangsan', 'lisi') })
  await rested()
  expect(await alerts()).toHaveLength(1)
  t.writeConfig({ 'sends/福利.yaml': RULES['sends/福利.yaml'] ?? '' })
  await rested()
  expect(await alerts()).toEqual([])
})

it('a day later nobody is told any more', async () => {
  await open()
  remove('sends/福利.yaml')
  await rested()
  expect(await alerts()).toHaveLength(1)
  await t.advance(DAY_MS + MINUTE_MS)
  expect(await alerts()).toEqual([])
})

it('a renamed rule is not gone', async () => {
  await open()
  const send = (RULES['sends/福利.yaml'] ?? '').replace('send: 福利', 'send: 周三福利\nwas: 福利')
  t.writeConfig({ 'sends/福利.yaml': send })
  await rested()
  expect([...t.huoshui.rules.current().sends.keys()]).toEqual(['周三福利'])
  expect(await alerts()).toEqual([])
})

it('a folder without a single rule, as before it is mounted, is a fault: the rules in force stay', async () => {
  await open()
  remove(...Object.keys(RULES))
  await rested()
  expect(t.huoshui.rules.current().sops.size).toBe(1)
  expect(t.huoshui.rules.faults()).toMatchObject([
    { file: '.', message: '规则文件夹里一个规则文件也没有，而正在用的规则有 9 条' },
  ])
})
