import { afterEach, describe, expect, it } from 'vitest'
import { widthOf } from '../../cli/frame/pad.ts'
import { sopProgram } from '../../cli/sop.ts'
import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import { sopFigures } from '../../operations/sop/explain/sop-figures.ts'
import type { SopScene } from '../../operations/sop/testing/sop-scene.ts'
import { runCommand } from '../../testing/run-command.ts'
import { copyForRehearsal } from './copy-for-rehearsal.ts'
import { liveThrough, openPlanWorld, planOf, tally } from './testing/plan-world.ts'

function byDay(instants: number[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const atMs of instants)
    counts[shanghaiText(atMs).slice(0, 10)] = (counts[shanghaiText(atMs).slice(0, 10)] ?? 0) + 1
  return counts
}

let t: SopScene
afterEach(() => t.close())

describe('a plan', () => {
  it('says to the last step, day and guide what then really happens in fourteen days', async () => {
    t = await openPlanWorld()
    expect(t.huoshui.rules.faults()).toEqual([])

    const nowMs = t.clock.now()
    const before = await t.rawRows('SELECT * FROM sop_entry')
    const { cast, scratches } = await copyForRehearsal(t.db, 1)
    await scratches[0]?.close()
    expect(cast).toEqual({ total: 24, drawn: undefined, factor: 1 })
    const plan = await planOf(t, 14)
    expect(await t.rawRows('SELECT * FROM sop_entry')).toEqual(before)

    const asked = ['plan', 'win-back', 'first-order', t.configDir]
    const told = await runCommand(sopProgram, asked, { ...t, configDir: 'config' })
    expect(told.code).toBe(0)
    expect(told.out).toContain(
      [
        '  每天             1.     2.     3.',
        '  2026-11-22        7      ·      ·',
        '  2026-11-23        ·      4      3',
      ].join('\n'),
    )
    expect(told.out).toMatch(/会进入 9 人次，其中对照组 2（只观察）。/)
    expect(Math.max(...told.out.split('\n').map(widthOf))).toBeLessThanOrEqual(100)

    await liveThrough(t, nowMs, 14)
    const lived = await t.db.view((tx) => sopFigures.steps(tx, nowMs, nowMs + 14 * DAY_MS))
    expect(tally(plan.sops.flatMap((sop) => sop.steps))).toEqual(tally(lived))

    const foreseen = plan.sops.flatMap((sop) => sop.steps)
    // Nine reach their customer, the tenth has no guide any more.
    const messages = foreseen.filter((step) => step.kind === 'message').map((step) => step.outcome.slice(0, 4))
    expect([messages.filter((text) => text === '群发「新').length, messages.length]).toEqual([9, 10])
    // Found at nine, but nobody is asked before the quiet hours end.
    const silent = foreseen.filter((step) => step.sop === 'silent')
    expect(new Set(silent.map((step) => shanghaiText(step.atMs)))).toEqual(new Set(['2026-11-26 11:00']))
    expect(silent).toHaveLength(23)
    // All 23 friends meet its condition, but nobody has been silent for four days yet.
    expect(plan.sops.find(({ sop }) => sop === 'silent')).toMatchObject({ matching: 0 })

    const [winBack, newcomer] = ['win-back', 'newcomer'].map((name) => plan.sops.find(({ sop }) => sop === name))
    expect(winBack).toMatchObject({ matching: 14, insideBefore: 0 })
    // Nine at once; the five who buy more after their five days of the more important journey; the nine and they again.
    expect(byDay(winBack?.entered.map((entry) => entry.enteredAtMs) ?? [])).toEqual({
      '2026-11-22': 9,
      '2026-11-27': 5,
      '2026-11-29': 9,
    })
    expect(newcomer).toMatchObject({ byEvent: true, insideBefore: 10, entered: [] })
    expect([...(plan.sops.find(({ sop }) => sop === 'first-order')?.refused ?? [])]).toEqual([])
  })
})
