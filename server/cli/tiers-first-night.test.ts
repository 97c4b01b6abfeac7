import { afterEach, expect, it } from 'vitest'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import { steakLadder } from '../operations/tiers/testing/steak-ladder.ts'
import { openTierScene, type TierScene } from '../operations/tiers/testing/tier-scene.ts'
import { runCommand } from '../testing/run-command.ts'
import { tiersProgram } from './tiers.ts'

let t: TierScene
afterEach(() => t.close())

const GUIDED = steakLadder().replace('level: C', 'level: C\n    guides: [lisi]')
const plan = async (): Promise<string[]> =>
  (await runCommand(tiersProgram, ['plan'], t)).out.split('\n').map((line) => line.trim())

it('a ladder with guides floods nobody: first only placed, then so many a night as a guide may be asked; the plan says so before', async () => {
  t = await openTierScene({ 'policy.yaml': 'tasksPerGuidePerDay: 2\n' })
  const ids: string[] = []
  for (let nth = 0; nth < 5; nth++) ids.push(await t.customer())
  await t.order(ids[0] ?? '', 'o1', 12_000)
  t.writeConfig({ 'tiers/分层.yaml': GUIDED })
  await t.huoshui.rules.check()
  await t.advance(MINUTE_MS)
  expect(await plan()).toEqual([
    '「分层」2026-11-23 03:30 评定 5 位客户，按现在知道的：',
    '第一次归位到 S 1 位',
    '第一次归位到 C 4 位',
  ])
  await t.nights(1)
  expect((await t.levels(ids[0] ?? '')).concat(await t.levels(ids[1] ?? ''))).toEqual(['分层/S', '分层/C'])
  expect(await t.pending()).toEqual([])

  expect(await plan()).toEqual([
    '「分层」2026-11-24 03:30 评定 5 位客户，按现在知道的：',
    '请导购张三转给专属导购 2 位，其余 2 位以后每晚接着提议',
  ])
  await t.nights(1)
  await t.settle()
  expect(await t.pending()).toHaveLength(2)
  expect(await t.openTasks()).toHaveLength(2)
  await t.nights(1)
  await t.settle()
  expect(await t.pending()).toHaveLength(4)
  await t.nights(1)
  expect(await t.pending()).toHaveLength(4)
  expect((await plan())[1]).toBe('没有变化')

  const no = await runCommand(tiersProgram, ['confirm', '--level', '分层/S'], t)
  expect([no.code, no.err]).toEqual([1, '没有到「分层/S」、等确认的提议。'])
  const yes = await runCommand(tiersProgram, ['confirm', '--level', '分层/C'], t)
  expect(yes.out).toMatch(/^已同意 4 条/)
  expect((await runCommand(tiersProgram, ['confirm', '--all', '1'], t)).code).toBe(2)
  await t.advance(MINUTE_MS)
  expect((await t.pending()).map((one) => one.split(' ')[2])).toEqual(['started', 'started', 'started', 'started'])
})
