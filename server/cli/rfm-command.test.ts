import { afterEach, beforeEach, expect, it } from 'vitest'
import { sql } from '../core/db/sql.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { scoreQueries } from '../records/scores/score-queries.ts'
import { CUSTOMER_SCORE, SCORE_DAY, SCORE_MOVE, SCORE_RUN } from '../records/scores/score-tables.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { customersProgram } from './customers.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

const NIGHT = Date.parse('2026-11-22T03:00:00+08:00')
const lines = async (...words: string[]) => (await runCommand(customersProgram, words, t)).out.trim().split('\n')

async function fill(sinceMs: number): Promise<void> {
  await t.db.tx(async (tx) => {
    for (const table of [SCORE_RUN, SCORE_DAY, SCORE_MOVE, CUSTOMER_SCORE]) await tx.run(sql`DELETE FROM ${table}`)
    const tie = { value: 1, people: 3, points: 2 }
    const cuts = scoreQueries.formatCuts({
      ...{ customers: 4, r: [1, 2, 3, 4], f: [1, 2, 2, 3], m: [100] },
      missing: { r: [], f: [{ step: 1, tie }], m: [] },
    })
    await tx.insert(SCORE_RUN, {
      ...{ name: 'rfm', due_at: NIGHT + DAY_MS, after_userid: '', cuts, counted_at: NIGHT },
      ...{ rule: 'aaaaaaaaaaaa', settled_rule: 'aaaaaaaaaaaa', settled_at: NIGHT, settled_since: sinceMs },
    })
    const score = (id: string, r: number, name: string) => ({
      ...{ external_userid: id, r, f: 2, m: 2, name, since: NIGHT },
    })
    await tx.insertIgnore(CUSTOMER_SCORE, [
      score('wm1', 5, '重要发展'),
      score('wm2', 1, '重要挽留'),
      score('wm3', 1, '重要挽留'),
    ])
    const midnight = Date.parse('2026-11-22T00:00:00+08:00')
    const day = (ago: number, names: Record<string, number>, rule = 'aaaaaaaaaaaa') => ({
      ...{ day: midnight - ago * DAY_MS, rule, counts: JSON.stringify({ names, cells: { '5-2-2': 1, '1-2-2': 2 } }) },
    })
    await tx.insertIgnore(SCORE_DAY, [
      day(0, { 重要发展: 1, 重要挽留: 2 }),
      day(12, { 重要发展: 8 }),
      day(31, { 重要发展: 4 }),
      day(90, { 重要发展: 9 }, 'bbbbbbbbbbbb'),
    ])
    const move = (id: string, ago: number, from: string | null, to: string | null) => ({
      ...{ external_userid: id, moved_at: NIGHT - ago * DAY_MS, from_name: from, to_name: to },
    })
    await tx.insertIgnore(SCORE_MOVE, [
      move('wm2', 20, '重要发展', '重要保持'),
      move('wm2', 2, '重要保持', '重要挽留'),
      move('wm3', 10, '重要发展', '重要挽留'),
      move('wm1', 9, null, '重要发展'),
      move('wm4', 3, null, '一般挽留'),
      move('wm4', 2.5, '一般挽留', null),
    ])
  })
}

it('says how many there are of each, before and now, who became what, and what nobody can be', async () => {
  expect(await lines('rfm')).toEqual([expect.stringContaining('还没有算过')])
  await fill(NIGHT - 200 * DAY_MS)
  const out = (await lines('rfm')).map((line) => line.trim().replace(/ +/g, ' '))
  expect(out).toEqual([
    'RFM：3 位买过的客户，2026-11-22 03:00 算的（规则 aaaaaaaaaaaa）',
    '分组 人数 占比 30 天前 90 天前',
    '重要挽留 2 66.7% 0 —',
    '重要发展 1 33.3% 4 —',
    'R 现在没有人是 2、3、4 分',
    'F 没有人是 1 分：3 位（75.0%）都是 1 次，并列同分，都得 2 分；要每一分都有人，改用固定门槛（from）',
    'F 现在没有人是 3、4、5 分',
    'M 现在没有人是 1 分',
    '变动（2026-10-23 以来）：',
    '从 到 人数 占原来那组',
    '重要发展 重要挽留 2 50.0%',
    '（没有） 重要发展 1',
    '近 7 天变成「重要挽留」：1 位',
    '近 7 天变成「一般挽留」：1 位',
    '名单：npm run -s customers -- rfm-moves 7 --csv',
  ])
  expect(await lines('rfm-moves', '7', '--to', '重要挽留')).toEqual([
    '近 7 天变成「重要挽留」：1 位，新的在前',
    expect.stringContaining('客户编号'),
    expect.stringMatching(/2026-11-20 03:00 +wm2 +重要保持 +重要挽留/),
  ])
  expect(await lines('rfm-moves', '1')).toEqual(['近 1 天没有人换了 RFM 分组。'])
})

it('of how many a part moved is counted on the day that is asked for', async () => {
  await fill(NIGHT - 200 * DAY_MS)
  const out = (await lines('rfm', '12')).map((line) => line.trim().replace(/ +/g, ' '))
  expect(out.filter((line) => line.startsWith('重要发展 重要挽留'))).toEqual(['重要发展 重要挽留 1 12.5%'])
})

it('counts nothing of a week from before a change of the rules', async () => {
  await fill(NIGHT - 2.25 * DAY_MS)
  const out = await lines('rfm')
  expect(out.filter((line) => line.startsWith('近 7 天'))).toEqual([
    '近 7 天（2026-11-19 换了定义，只数那天以来）变成「重要挽留」：1 位',
  ])
  const week = await lines('rfm-moves', '7')
  expect(week[0]).toBe('近 7 天（2026-11-19 换了定义，只数那天以来）换了 RFM 分组：1 位，新的在前')
  expect(week.slice(2)).toEqual([expect.stringMatching(/wm2 +重要保持 +重要挽留/)])
  expect(await lines('rfm-moves', '7', '--to', '一般挽留')).toEqual([
    '近 7 天（2026-11-19 换了定义，只数那天以来）没有人变成「一般挽留」。',
  ])
})

it('compares nothing over a change of the rules', async () => {
  await fill(NIGHT - 5 * DAY_MS)
  const out = await lines('rfm')
  expect(out).toContain('变动（2026-11-17 换了定义，只能从那天比）：')
  expect(out.join('\n')).not.toContain('（没有）')
})
