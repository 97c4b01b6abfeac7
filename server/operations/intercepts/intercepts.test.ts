import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { interceptsProgram } from '../../cli/intercepts.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'

const RULE = 'intercept: 绝对化用语\nwords: [全网最低, 最便宜]\nblock: true\ndepartments: [1]\n'
const WELCOME = { 'welcomes/default.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n' }

let t: TestApp
afterEach(() => t.close())

const rounds = async (times: number, ms = MINUTE_MS): Promise<void> => {
  for (let round = 0; round < times; round++) await t.advance(ms)
}
async function open(rule = RULE): Promise<void> {
  t = await buildTestApp({
    now: '2026-11-25T10:00:00+08:00',
    config: { ...WELCOME, ...(rule === '' ? {} : { 'intercepts/a.yaml': rule }) },
  })
  await rounds(3)
}
const rewrite = async (text: string): Promise<void> => {
  t.writeConfig({ 'intercepts/a.yaml': text })
  await t.huoshui.rules.check()
  await rounds(3)
}
const live = () =>
  [...t.sandbox.world.interceptRules.values()]
    .filter(({ deleted }) => !deleted)
    .map(({ name, words, semantics, type, users, departments }) => ({
      name,
      words,
      semantics,
      type,
      users,
      departments,
    }))
const calls = (name: string) => t.sandbox.calls(`externalcontact/${name}_intercept_rule`).length
const run = async (command: string): Promise<string> => (await runCommand(interceptsProgram, [command], t)).out

const HELD = { name: '绝对化用语', words: ['全网最低', '最便宜'], semantics: [], type: 1, users: [], departments: [1] }

test('made once, changed with its file as to words, kinds, what is done and whom it is for, deleted with it', async () => {
  await open()
  expect(live()).toEqual([HELD])
  await rewrite(
    `${RULE.replace('最便宜', '第一').replace('block: true', 'block: false').replace('departments: [1]', 'members: [lisi]')}also: [phone, redPacket]\n`,
  )
  expect(live()).toEqual([
    { ...HELD, words: ['全网最低', '第一'], semantics: [1, 3], type: 2, users: ['lisi'], departments: [] },
  ])
  expect([calls('add'), calls('update')]).toEqual([1, 1])
  await rounds(10)
  expect([calls('add'), calls('update')]).toEqual([1, 1])
  rmSync(join(t.configDir, 'intercepts/a.yaml'))
  await t.huoshui.rules.check()
  await rounds(3)
  expect([live(), calls('del'), await t.rawRows('SELECT id FROM intercept')]).toEqual([[], 1, []])
})

test.each([
  ['before WeCom made it', 'before' as const],
  ['after WeCom made it', 'after' as const],
])('the answer never comes, %s: there is one rule in the end', async (_what, when) => {
  await open('')
  t.sandbox.faults.set({ path: 'add_intercept_rule', cut: when })
  await rewrite(RULE)
  t.sandbox.faults.clear()
  await rounds(40)
  expect(live()).toEqual([HELD])
})

test('what somebody changes or deletes in the console is put right within a day, and told; rules of others stay', async () => {
  await open()
  const world = t.sandbox.world.interceptRules
  const [own] = [...world.values()]
  world.set('other', { ...structuredClone(own), ruleId: 'other', name: '别人的' } as never)
  if (own !== undefined) own.words = ['随便']
  await rounds(3, 9 * HOUR_MS)
  await rounds(3)
  expect(live().map(({ name, words }) => `${name} ${words.length}`)).toEqual(['绝对化用语 2', '别人的 2'])
  expect(await run('list')).toContain('有人在后台改过，已改回')
  // Told until it is found as it should be.
  await rounds(3, 9 * HOUR_MS)
  await rounds(3)
  expect(await run('list')).not.toContain('有人在后台改过')
  if (own !== undefined) own.deleted = true
  await rounds(3, DAY_MS / 2)
  await rounds(3)
  expect(live().filter(({ name }) => name === '绝对化用语')).toEqual([HELD])
})

test('under another name it is the same rule at the platform, renamed and never gone; without «was» it is asked', async () => {
  await open()
  await rewrite(RULE.replace('绝对化用语', '广告法用语\nwas: 绝对化用语'))
  expect(live()).toEqual([{ ...HELD, name: '广告法用语' }])
  expect([calls('add'), calls('update'), calls('del')]).toEqual([1, 1, 0])
  await rounds(10)
  expect([calls('update'), await t.rawRows('SELECT name FROM intercept')]).toEqual([1, [{ name: '广告法用语' }]])
  await rewrite(RULE.replace('绝对化用语', '又一个名字'))
  expect(t.huoshui.rules.faults().map(({ message }) => message)).toEqual([
    '敏感词「广告法用语」不见了，新来了「又一个名字」：是改名吗',
  ])
  expect(live()).toEqual([{ ...HELD, name: '广告法用语' }])
})

test('a refusal is told and tried again an hour later, not before; the plan says what would be done', async () => {
  await open('')
  for (let n = 0; n < 100; n++)
    t.sandbox.world.interceptRules.set(`m${n}`, { ruleId: `m${n}`, name: `m${n}`, deleted: false } as never)
  t.writeConfig({ 'intercepts/a.yaml': RULE })
  expect(await run('plan')).toMatch(/绝对化用语.*会在企业微信里新建.*2 个词.*拦下/)
  await t.huoshui.rules.check()
  await rounds(20)
  expect(calls('add')).toBe(1)
  expect(await run('list')).toContain('41069')
  t.sandbox.world.interceptRules.delete('m0')
  await rounds(3, 30 * MINUTE_MS)
  await rounds(3)
  expect(live().some(({ name }) => name === '绝对化用语')).toBe(true)
  expect(await run('plan')).toMatch(/绝对化用语.*不用动/)
  await rewrite(`${RULE}enabled: false\n`)
  expect(live().some(({ name }) => name === '绝对化用语')).toBe(false)
})
