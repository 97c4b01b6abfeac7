import { afterEach, describe, expect, it } from 'vitest'
import { sopProgram } from '../../cli/sop.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { sopFigures } from '../../operations/sop/explain/sop-figures.ts'
import { config, openSopScene, type SopScene } from '../../operations/sop/testing/sop-scene.ts'
import { runCommand } from '../../testing/run-command.ts'
import { copyForRehearsal } from './copy-for-rehearsal.ts'
import { recordedEvents } from './recorded-events.ts'
import { rehearseBacktest } from './rehearse-backtest.ts'

const NEWCOMER = `
sop: newcomer
name: 新客
trigger: customer.added
when: { channel: { in: [门店物料] } }
steps:
  - tag: { add: [生命周期/新客] }
  - wait: 30m
  - invite: 科普群
  - wait: { event: group.joined, atMost: 2d }
  - choose:
      - when: { groups: { any: [科普群] } }
        do: [ { task: { for: guide, title: 欢迎入群 } } ]
      - otherwise: [ { task: { for: guide, title: 再邀请一次 } } ]
  - split:
      experiment: 新客话术
      arms:
        - { arm: A, weight: 50, do: [ { task: { for: guide, script: first-order } } ] }
        - { arm: B, weight: 50, do: [] }
  - wait: 3d
goal: order.paid
leave: [ customer.lost ]
`
const OLD_HAND = `
sop: old-hand
name: 老客
trigger: { event: tag.added, tag: 生命周期/老客 }
steps:
  - tag: { remove: [生命周期/新客] }
  - wait: { until: "10:00", days: 1 }
  - task: { for: guide, title: 老客关怀 }
`
const WIN_BACK = `
sop: win-back
name: 回访
trigger: { daily: "10:00" }
when: { orders.paid.count: { gte: 1 } }
steps:
  - task: { for: guide, title: 问问近况 }
  - wait: 2d
reenterAfterDays: 1
`

let t: SopScene
afterEach(() => t.close())

/** As a server that looks every second: at ten, and whenever somebody's wait is over. */
async function until(atMs: number): Promise<void> {
  for (;;) {
    const now = t.clock.now()
    const ten = startOfShanghaiDay(now) + 10 * HOUR_MS
    const [first] = await t.rawRows<{ due: number | null }>(
      `SELECT MIN(due_at) AS due FROM sop_entry WHERE state = 'active' AND due_at > ?`,
      [now],
    )
    const next = Math.min(ten > now ? ten : ten + DAY_MS, first?.due ?? Number.POSITIVE_INFINITY)
    if (next >= atMs) break
    await t.advance(next - now)
  }
  await t.advance(atMs - t.clock.now())
}

const decisions = async (of: SopScene['db'], fromMs: number, toMs: number) =>
  of.view(async (view) => ({
    entries: (await sopFigures.entries(view, fromMs, toMs)).map(({ id: _id, ...entry }) => entry),
    steps: (await sopFigures.steps(view, fromMs, toMs)).map(({ entryId: _id, ...step }) => step),
  }))

describe('a past that is played once more under the same rules', () => {
  it('has the same entries, steps, instants and outcomes as when it happened', async () => {
    const files = { 'sop/first.yaml': NEWCOMER, 'sop/b.yaml': OLD_HAND, 'sop/c.yaml': WIN_BACK }
    t = await openSopScene({ config: { ...config, ...files } })
    expect(t.huoshui.rules.faults()).toEqual([])
    const before = [await t.scan({ state: 'store-code' }), await t.scan({ state: 'store-code' })]
    await t.pay(before[0] ?? '', 'early')
    await until(t.clock.now() + 45 * MINUTE_MS)
    const fromMs = t.clock.now()

    const day = (n: number, hours = 0) => startOfShanghaiDay(fromMs) + n * DAY_MS + hours * HOUR_MS
    await until(day(0, 12))
    const joins = await t.scan({ state: 'store-code' })
    const buys = await t.scan({ state: 'store-code' })
    const leaves = await t.scan({ state: 'store-code' })
    const quiet = await t.scan({ state: 'store-code' })
    await until(day(0, 12) + 30 * MINUTE_MS)
    const [group] = t.sandbox.world.groups.values()
    await t.sandbox.joinGroup({ chatId: group?.chatId ?? '', externalUserId: joins })
    await t.settle()
    await until(day(1, 15))
    await t.pay(buys, 'o1')
    await t.sandbox.deleteGuide({ externalUserId: leaves, userId: 'zhangsan' })
    await t.settle()
    const tag = [...t.sandbox.world.tags.values()].find((one) => one.name === '老客')
    await t.sandbox.editTags({ externalUserId: before[1] ?? '', userId: 'zhangsan', add: [tag?.id ?? ''] })
    await t.settle()
    await until(day(2, 12) + 30 * MINUTE_MS)
    await until(day(5, 12) + 30 * MINUTE_MS)
    await until(day(6, 9))
    const toMs = t.clock.now()

    const lived = await decisions(t.db, fromMs, toMs)
    expect(lived.steps.filter((step) => step.externalUserId === quiet).map((step) => step.outcome)).toContain(
      '给导购待办「再邀请一次」',
    )
    expect([lived.entries.length, lived.steps.length]).toEqual([10, 42])
    const { scratches } = await copyForRehearsal(t.db, 1)
    const [scratch] = scratches
    if (scratch === undefined) throw new Error('no scratch')
    const events = await t.db.view((view) => recordedEvents(view, { fromMs, toMs, drawn: undefined }))
    await rehearseBacktest({
      scratch,
      book: t.huoshui.rules.current(),
      assetsDir: t.configDir,
      perCustomerPerMonth: undefined,
      fromMs,
      toMs,
      events,
    })
    expect(await decisions(scratch, fromMs, toMs)).toEqual(lived)
    await scratch.close()

    // The file says something else now; the server has not seen it.
    t.writeConfig({ 'sop/first.yaml': NEWCOMER.replace('  - wait: 30m\n', '').replace('再邀请一次', '打个电话') })
    const told = await runCommand(
      sopProgram,
      ['backtest', 'newcomer', '--since', `${Math.round((toMs - fromMs) / HOUR_MS)}h`],
      t,
    )
    expect(told.code).toBe(0)
    const line = (text: string) =>
      told.out
        .split('\n')
        .find((one) => one.includes(text))
        ?.trim()
        .split(/ +/)
    expect(line('给导购待办「再邀请一次」')?.slice(-3)).toEqual(['2', '1', '-1'])
    expect(line('给导购待办「打个电话」')?.slice(-3)).toEqual(['0', '1', '+1'])
    expect(line('结束：付款')?.slice(-2)).toEqual(['1', '1'])
  })
})
