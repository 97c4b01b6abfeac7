import { afterEach, expect, it } from 'vitest'
import { sopProgram } from '../../cli/sop.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { sopFigures } from '../../operations/sop/explain/sop-figures.ts'
import { config, openSopScene, type SopScene } from '../../operations/sop/testing/sop-scene.ts'
import { runCommand } from '../../testing/run-command.ts'
import { liveThrough, planOf, tally } from './testing/plan-world.ts'

const THANKS = `
sop: thanks
name: 谢谢下单
trigger: order.paid
steps:
  - message: { text: 谢谢您。, within: 3d }
`
/** Once in November, once in December. */
const CHECK = `
sop: check
name: 问候
trigger: { daily: "10:00" }
when: { follow.active: true }
steps:
  - task: { for: guide, title: 打个招呼 }
  - message: { text: 好久不见。, within: 3d }
reenterAfterDays: 9
`
/** How many mass-sends a customer may get a month. */
const MONTHLY = 1
const ENV = { MASS_SEND_PER_CUSTOMER: String(MONTHLY) }

let t: SopScene
afterEach(async () => {
  await t.close()
})

it('a plan knows whose month is full and whose guide has no room, as it then really is', async () => {
  t = await openSopScene({
    config: { ...config, 'sop/first.yaml': THANKS, 'sop/b.yaml': CHECK, 'policy.yaml': 'tasksPerGuidePerDay: 5\n' },
    env: ENV,
  })
  expect(t.huoshui.rules.faults()).toEqual([])
  for (let nth = 0; nth < 11; nth++) {
    const id = await t.scan(nth < 8 ? { state: 'store-code' } : { userId: 'lisi' })
    if (nth < 4) await t.pay(id, `o${nth}`)
  }
  for (let minute = 0; minute < 4; minute++) await t.advance(MINUTE_MS)
  for (const { msgid } of t.sandbox.pendingMassSends('zhangsan')) {
    await t.sandbox.confirmMassSend({ msgid, userId: 'zhangsan' })
  }
  for (let minute = 0; minute < 8; minute++) await t.advance(MINUTE_MS)

  const nowMs = t.clock.now()
  const plan = await planOf(t, 14, MONTHLY)
  const { out } = await runCommand(sopProgram, ['plan', 'check'], { ...t, env: ENV })
  expect(out).toContain('  4 次：群发「问候 第 2 步」未安排：本月群发次数已满\n')
  // The mass-send to confirm takes a place, too; a later to-do for somebody for whom one is open takes none.
  expect(out).toContain('  张三 有 4 条当天派不下（每天的上限），排到第二天早上')
  expect(out).not.toContain('李四 有')

  await liveThrough(t, nowMs, 14)
  const lived = await t.db.view((tx) => sopFigures.steps(tx, nowMs, nowMs + 14 * DAY_MS))
  expect(tally(plan.sops.flatMap((sop) => sop.steps))).toEqual(tally(lived))
  // Eight customers of 张三, three of 李四, each twice; in December everybody's month is empty again.
  const ofCheck = (what: string) => lived.filter((step) => step.sop === 'check' && step.outcome.includes(what)).length
  expect(['打个招呼', '排到明早', '已送达', '本月群发次数已满'].map(ofCheck)).toEqual([22, 4, 18, 4])
})
