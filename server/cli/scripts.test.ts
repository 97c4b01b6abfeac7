import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { scriptUses } from '../sidebar-api/script-uses.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { scriptsProgram } from './scripts.ts'

const script = (id: string, title: string) =>
  `      - { id: ${id}, title: ${title}, aim: 目的, expect: 回答, text: 您好 }\n`
const CONFIG = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
  'scripts/s.yaml': `domain: 售前\nsituations:\n  - situation: 开场\n    scripts:\n${script('hello', '打招呼')}${script('price', '问价格')}${script('silent', '没人用')}`,
}

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config: CONFIG })
})
afterEach(() => t.close())

let key = 0
const use = (
  scriptId: string | undefined,
  externalUserId: string,
  userId = 'zhangsan',
  daysAgo = 0,
  place?: number,
  shown?: string[],
) =>
  t.db.tx((tx) =>
    scriptUses.add(tx, {
      key: String(key++),
      externalUserId,
      userId,
      scriptId,
      taskId: undefined,
      place,
      shown,
      sentAtMs: t.clock.now() - daysAgo * DAY_MS,
    }),
  )
const run = (...words: string[]) => runCommand(scriptsProgram, ['used', ...words], t)

it('counts each script: how often, to how many, by how many; those never used come last, gone ones are told so', async () => {
  await use('price', 'wmA')
  await use('price', 'wmA', 'lisi')
  await use('price', 'wmB')
  await use('hello', 'wmA', 'zhangsan', 31)
  await use('old-one', 'wmA')
  await use(undefined, 'wmA')
  const { code, out } = await run()
  expect(code).toBe(0)
  expect(out.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['近 30 天导购发了 4 次话术；2 条有人用，2 条没有人用'],
    ['话术', '标题', '领域', '情境', '次数', '客户', '导购', '推荐时列出', '其中选它', '最近一次'],
    ['price', '问价格', '售前', '开场', '3', '2', '2', '0', '0', '2026-11-22 09:00'],
    ['old-one', '（规则里已经没有）', '1', '1', '1', '0', '0', '2026-11-22 09:00'],
    ['hello', '打招呼', '售前', '开场', '0', '0', '0', '0', '0'],
    ['silent', '没人用', '售前', '开场', '0', '0', '0', '0', '0'],
  ])
  expect(JSON.parse((await run('60', '--json')).out)).toMatchObject({ total: 5, unused: ['silent'] })
  expect((await run('--csv')).out).toContain('"price","问价格"')
})

it('says from which place of the proposals they were sent', async () => {
  for (const place of [1, 1, 1, 2]) await use('price', 'wmA', 'zhangsan', 0, place)
  await use('price', 'wmA', 'zhangsan', 31, 5)
  await use('hello', 'wmA')
  expect((await run()).out.split('\n').slice(0, 2)).toEqual([
    '近 30 天导购发了 5 次话术；2 条有人用，1 条没有人用',
    '其中 4 次是从推荐里发的：第 1 条 75 %（3 次），第 2 条 25 %（1 次）',
  ])
  expect(JSON.parse((await run('60', '--json')).out)).toMatchObject({
    places: [
      { place: 1, times: 3 },
      { place: 2, times: 1 },
      { place: 5, times: 1 },
    ],
  })
})

it('says how often each stood in a list out of which something was sent, and how often it was that one', async () => {
  const list = ['price', 'hello']
  for (const who of ['wmA', 'wmB']) await use('price', who, 'zhangsan', 0, 1, list)
  await use('hello', 'wmA', 'lisi', 0, 2, list)
  await use('hello', 'wmA', 'lisi', 0, 1, ['hello'])
  await use('silent', 'wmA', 'zhangsan', 31, 1, ['silent', 'price'])
  await use('price', 'wmC')
  const rows = (await run()).out.split('\n').slice(3)
  expect(rows.map((line) => line.trim().split(/ {2,}/)).map((cells) => [cells[0], cells[7], cells[8]])).toEqual([
    ['price', '3', '2'],
    ['hello', '4', '2'],
    ['silent', '0', '0'],
  ])
  expect(JSON.parse((await run('--json')).out)).toMatchObject({
    shown: [
      { scriptId: 'hello', shown: 4, chosen: 2 },
      { scriptId: 'price', shown: 3, chosen: 2 },
    ],
  })
})
