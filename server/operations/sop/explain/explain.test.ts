import { afterEach, expect, it } from 'vitest'
import { sopProgram } from '../../../cli/sop.ts'
import { HOUR_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { runCommand } from '../../../testing/run-command.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

const TWO = `
sop: hello
name: 问候
trigger: customer.added
when: { channel: { in: [包裹卡] } }
steps:
  - tag: { add: [生命周期/新客], remove: [生命周期/沉睡] }
  - wait: 10m
  - choose:
      - when: { orders.paid.count: { gte: 1 } }
        do: [ { task: { for: guide, title: 谢谢 } } ]
      - otherwise: [ { task: { for: guide, title: 问问看 } } ]
goal: order.paid
---
sop: thanks
name: 道谢
trigger: order.paid
when: { orders.paid.sum: { gte: 500元 }, tags: { none: [生命周期/老客] } }
steps:
  - wait: 1d
goal: order.refunded
---
sop: birthday
name: 生日
trigger: { birthday: 0, at: "09:30" }
when: { follow.active: true }
steps:
  - task: { for: guide, title: 送句祝福 }
---
sop: regulars
name: 常客
trigger: { enters: { orders.paid.count: { gte: 3 } } }
steps:
  - task: { for: guide, title: 认识一下 }
`
const cli = (...words: string[]) => runCommand(sopProgram, words, t)

it('tells step by step why a customer is where they are, and why not elsewhere', async () => {
  t = await openSopScene({ sop: TWO })
  const id = await t.scan({ state: 'parcel-card', name: '小满' })
  await t.advance(11 * MINUTE_MS)
  await t.pay(id)

  const { code, out } = await cli('why', '小满')
  expect(code).toBe(0)
  expect(out.replaceAll(/版本 [0-9a-f]{12}/g, '版本 #')).toBe(
    `客户「小满」

进过的 SOP
  问候（版本 #）：走完了，2026-11-22 09:11 走完全部步骤
    2026-11-22 09:00 进入：添加好友；来源渠道 包裹卡
    2026-11-22 09:00 标签：加 生命周期/新客、去 生命周期/沉睡
    2026-11-22 09:11 时间到
    2026-11-22 09:11 走「其他」分支（已付款订单数 0）
    2026-11-22 09:11 给导购待办「问问看」

没有进的 SOP
  生日（版本 #）：还没到时候：离生日天数是 0（现在 未知）
  问候（版本 #）：进过一次，不再进
  常客（版本 #）：不在人群里：已付款订单数至少 3（现在 1）
  道谢（版本 #）：不符合条件：累计付款金额至少 500 元（现在 199 元）
    上一次：2026-11-22 09:11 付款时没有进：不符合条件：累计付款金额至少 500 元（现在 199 元）

身上的标签
  生命周期/新客：2026-11-22 09:00 规则打的（SOP「问候」第 1 步，版本 #）`,
  )
  expect((await cli('why', '谁也不是')).code).toBe(1)
})

it('undoes the tags of a journey, once, and leaves alone what people did', async () => {
  t = await openSopScene({ sop: TWO })
  const one = await t.scan({ state: 'parcel-card', name: '甲' })
  const other = await t.scan({ state: 'parcel-card', name: '乙' })
  const tagsOf = async (id: string) =>
    (
      await t.rawRows<{ path: string }>(
        `SELECT c.path AS path FROM follow_tag f JOIN corp_tag c ON c.tag_id = f.tag_id WHERE f.external_userid = ? ORDER BY path`,
        [id],
      )
    ).map((row) => row.path)
  expect([await tagsOf(one), await tagsOf(other)]).toEqual([['生命周期/新客'], ['生命周期/新客']])
  // A person took it off the second one since.
  const [tag] = await t.rawRows<{ tag_id: string }>(`SELECT tag_id FROM corp_tag WHERE path = '生命周期/新客'`)
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: other, remove: [tag?.tag_id ?? ''] })
  await t.settle()

  const look = await cli('undo', 'hello')
  expect(look.out).toContain('还没有撤回')
  await cli('undo', 'hello', '--yes')
  await cli('undo', 'hello', '--yes')
  await t.settle()
  await t.advance(HOUR_MS)
  expect(await tagsOf(one)).toEqual([])
  expect((await cli('undo', 'hello')).out).toContain('没有可以撤回的标签变化')
})
