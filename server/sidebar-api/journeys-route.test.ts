import { afterEach, expect, it } from 'vitest'
import { drawPoint } from '../core/kernel/draw.ts'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import type { Journeys, Profile } from './contract.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
afterEach(() => scene.close())

const SOPS = `
sop: hello
name: 问候
exclusive: 关怀
trigger: customer.added
when: { channel: { in: [包裹卡] } }
steps:
  - wait: 10m
  - choose:
      - when: { orders.paid.count: { gte: 1 } }
        do: [ { task: { for: guide, title: 谢谢 } } ]
      - otherwise: [ { task: { for: guide, title: 问问看 } } ]
  - wait: 1d
  - task: { for: guide, title: 再问一次 }
goal: order.refunded
---
sop: thanks
name: 道谢
trigger: order.paid
when: { orders.paid.sum: { gte: 300元 }, sops.active: { any: [hello] } }
steps:
  - wait: 1d
goal: order.refunded
---
sop: loyal
name: 老客
trigger: order.paid
when: { orders.paid.sum: { gte: 500元 } }
steps:
  - wait: 1d
goal: order.refunded
---
sop: second
name: 再来一单
exclusive: 关怀
trigger: order.paid
steps:
  - wait: 1d
goal: order.refunded
`
const compared = (name: string): string => `
sop: ${name}
name: 比一比
trigger: order.paid
holdOut: { percent: 50, days: 30 }
steps:
  - task: { for: guide, title: 不会有的待办 }
goal: order.refunded
`
const TIERS = `
ladder: 分层
levels:
  - level: A
    when: { orders.paid.sum: { gte: 300元 } }
  - level: C
coolDownDays: 14
promoteAtOnce: true
moves: auto
`
const rules = { ...DESK_RULES, 'sop/all.yaml': SOPS, 'tiers/分层.yaml': TIERS }

it('tells the guide what was decided and why, why not elsewhere, and on which level the customer stands', async () => {
  scene = await openSidebarScene({ config: rules })
  const guide = await scene.as('zhangsan')
  const profile = async (): Promise<Profile> => (await guide.get<Profile>(`customers/${scene.externalUserId}`)).body
  const enteredAtMs = scene.clock.now()
  expect((await profile()).tiers).toMatchObject([{ ladder: '分层', level: 'C', isLowest: true }])
  // Who is compared is decided by the id: here one that this customer is only watched in.
  const names = Array.from({ length: 40 }, (_, n) => `compare-${n}`)
  const name = names.find((one) => drawPoint(`hold-out:${one}`, scene.externalUserId) < 0.5)
  scene.writeConfig({ 'sop/compare.yaml': compared(name ?? '') })
  await scene.huoshui.rules.check()
  await scene.advance(11 * MINUTE_MS)
  await scene.pay('MY-1', 33_800)

  const { body, status } = await guide.get<Journeys>(`customers/${scene.externalUserId}/journeys`)
  const { journeys, notIn } = body
  const version = expect.stringMatching(/^[0-9a-f]{12}$/)
  const [hello] = journeys.filter((journey) => journey.title === '问候')
  expect(status).toBe(200)
  expect(hello).toMatchObject({
    version,
    state: 'active',
    isWatched: false,
    enteredAtMs,
    entered: '添加好友',
    facts: [{ label: '来源渠道', value: '包裹卡' }],
    now: '等待 1 天',
    next: '给导购待办「再问一次」',
    nextAtMs: enteredAtMs + 10 * MINUTE_MS + DAY_MS,
    endedAtMs: null,
  })
  expect(hello?.steps.map(({ text, facts, version: by }) => [text, facts, by === null ? 'none' : 'told'])).toEqual([
    ['给导购待办「问问看」', [], 'told'],
    ['其余情况，照常往下走', [{ label: '已付款订单数', value: '0' }], 'told'],
    ['时间到', [], 'none'],
  ])
  expect(journeys.find((journey) => journey.title === '比一比')).toMatchObject({
    isWatched: true,
    now: null,
    next: null,
  })
  expect(journeys.find((journey) => journey.title === '道谢')?.facts).toEqual([
    { label: '累计付款金额', value: '338 元' },
    { label: '正在走的跟进计划', value: '比一比、问候' },
  ])
  expect(notIn).toEqual([
    {
      title: '老客',
      version,
      why: '不符合条件：累计付款金额至少 500 元（现在 338 元）',
      last: {
        atMs: scene.clock.now(),
        text: '付款时没有进：不符合条件：累计付款金额至少 500 元（现在 338 元）',
      },
    },
    {
      title: '再来一单',
      version,
      why: '客户在同组的跟进计划「问候」里，它的优先级不低',
      last: { atMs: scene.clock.now(), text: '付款时没有进：客户在同组的跟进计划「问候」里，它的优先级不低' },
    },
  ])

  // Who is only watched is not told of as if something were to come.
  const { journeys: lines, tiers } = await profile()
  expect(lines.map((line) => line.title)).toEqual(['道谢', '问候'])
  expect(tiers).toMatchObject([
    {
      ladder: '分层',
      level: 'A',
      isLowest: false,
      why: {
        text: '订单付款后，符合「A」：累计付款金额至少 300 元',
        rule: { title: '分层规则「分层」', version },
        facts: [{ label: '累计付款金额', value: '338 元' }],
      },
    },
  ])
})
