import { afterEach, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import type { TouchKind } from '../records/touches/touch-tables.ts'
import { touches } from '../records/touches/touches.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import type { Proposals, Tasks } from './contract.ts'
import { openBrowser } from './testing/sidebar-browser.ts'
import { DESK_RULES, openSidebarScene } from './testing/sidebar-scene.ts'

let scene: { close(): Promise<void> } | undefined
afterEach(async () => {
  await scene?.close()
  scene = undefined
})

const SCRIPTS = `domain: 新客
situations:
  - situation: 破冰
    scripts:
      - { id: hello, title: 打个招呼, aim: 开口, expect: 你好, text: 有空聊聊怎么煎吗？, for: { follow.active: true }, because: 是好友 }
      - id: join-edu
        title: 请他进科普群
        aim: 进群
        expect: 好的
        text: 想学的话扫码进来。
        attachments: [{ groupQr: 科普群 }]
        for: { groups: { none: [科普群] }, follow.active: true }
        because: 不在科普群
      - id: counted
        title: 替他算过
        aim: 复购
        expect: 好的
        text: 我替您算了一下，礼盒更划算。
        for: { follow.active: true }
        because: 是好友
        basis: [orders.paid.avgIntervalDays, orders.paid.sum]
      - { id: boasted, title: 没人算过, aim: 复购, expect: 好的, text: 我帮您查过了，更划算。, for: { follow.active: true } }
`
const RULES = {
  ...DESK_RULES,
  'welcomes/默认.yaml':
    'welcome: 默认欢迎语\ndefault: true\ntext: "{客户昵称}，你好，我是{导购名}"\nattachments: [{ groupQr: 科普群 }]\n',
  'groups/科普群.yaml':
    'pool: 科普群\nrole: education\ngroups: { namePrefix: 科普群 }\ncapacity: 200\nentry: { orders.paid.count: 0 }\ninviteOn: [customer.added]\ninviteBy: welcome\n',
  'scripts/新客.yaml': SCRIPTS,
  'groups/付费群.yaml': DESK_RULES['groups/付费群.yaml'].replace('script: join-paid\n', ''),
  'moments/煎法.yaml':
    'moment: 煎法\ntags: [来源/包裹卡]\ncontent: { text: 有空聊聊怎么煎吗？ }\nat: "2026-12-30 10:00"\n',
  'sends/午间.yaml':
    'send: 午间\naudience: { follow.active: true }\ncontent: { text: "有空聊聊怎么煎吗?" }\ncron: "30 12 * * *"\n',
}

async function openScene() {
  const t = await openSidebarScene({ config: RULES })
  scene = t
  await t.sandbox.createGroup({ ownerUserId: 'zhangsan', name: '科普群 1' })
  for (let minute = 0; minute < 3; minute++) await t.advance(MINUTE_MS)
  const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card', name: '阿岚' })
  await t.settle()
  await t.settle()
  const said = async (guide = 'zhangsan') => {
    const { body } = await (await t.as(guide)).get<Proposals>(`customers/${externalUserId}/proposals`)
    return body.proposals.map(({ script, said: last }) => [script.id, last?.by ?? '', last?.isFresh ?? false])
  }
  return { ...t, id: externalUserId, said }
}

test('what the welcome, a mass-send, a to-do or a colleague has said is said', async () => {
  const t = await openScene()
  expect(await t.said()).toEqual([
    ['hello', '', false],
    ['join-edu', '欢迎语', true],
  ])
  await t.advance(3 * HOUR_MS)
  const [waiting] = t.sandbox.pendingMassSends('zhangsan')
  await t.sandbox.confirmMassSend({ msgid: waiting?.msgid ?? '', userId: 'zhangsan' })
  for (let minute = 0; minute < 3; minute++) await t.advance(5 * MINUTE_MS)
  expect(await t.said()).toEqual([
    ['join-edu', '欢迎语', true],
    ['hello', '群发「午间」', true],
  ])

  await t.sandbox.scan({ userId: 'lisi', externalUserId: t.id })
  await t.settle()
  await t.advance(DAY_MS)
  const lisi = await t.as('lisi')
  const task = { key: 'of-lisi', externalUserId: t.id, userId: 'lisi', kind: 'sop', title: '打招呼', scriptId: 'hello' }
  await t.db.tx((tx) => t.huoshui.tasks.open(tx, { ...task, reason: { text: '试一试' } }))
  const [open] = (await lisi.get<Tasks>(`customers/${t.id}/tasks`)).body.tasks
  await lisi.post(`customers/${t.id}/tasks/${open?.id}/done`, {})
  expect(await t.said()).toEqual([
    // Longer ago than a day, so it may be said again.
    ['join-edu', '欢迎语', false],
    ['hello', '李四', true],
  ])
  await lisi.post(`customers/${t.id}/sent`, { key: 'a-key-0009', scriptId: 'join-edu' })
  expect((await t.said()).find(([id]) => id === 'join-edu')).toEqual(['join-edu', '李四', true])
})

test('a moment that showed it has said it, for whoever saw it and no longer than anybody remembers', async () => {
  const t = await openScene()
  const touch = (externalUserId: string, kind: TouchKind, daysAgo: number) => ({
    ...{ key: `${kind}:${externalUserId}:${daysAgo}`, externalUserId, userId: 'zhangsan', kind },
    ...{ about: '煎法', atMs: t.clock.now() - daysAgo * DAY_MS },
  })
  const seen = (sent: Parameters<typeof touches.add>[1]) => t.db.tx((tx) => touches.add(tx, sent))
  const hello = async () => (await t.said()).find(([id]) => id === 'hello')
  await seen([touch('wm-somebody-else', 'moment', 0), touch(t.id, 'moment', 91), touch(t.id, 'send', 0)])
  expect(await hello()).toEqual(['hello', '', false])
  await seen([touch(t.id, 'moment', 0)])
  expect(await hello()).toEqual(['hello', '朋友圈「煎法」', true])
})

test('words that claim work are proposed with the facts behind them, and not without', async () => {
  const t = await openScene()
  const of = `customers/${t.externalUserId}`
  const counted = async () => {
    const { body } = await (await t.as('zhangsan')).get<Proposals>(`${of}/proposals`)
    expect(body.proposals.map(({ script }) => script.id)).not.toContain('boasted')
    return body.proposals.find(({ script }) => script.id === 'counted')?.facts
  }
  expect(await counted()).toBeUndefined()
  await t.pay('MY-1', 10_000)
  await t.advance(4 * DAY_MS)
  await t.pay('MY-2', 20_000)
  expect(await counted()).toEqual([
    { label: '平均几天买一次', value: '4' },
    { label: '累计付款金额', value: '300 元' },
  ])
})

test('search tells how many there are, and gives all of them', async () => {
  const many = Array.from(
    { length: 45 },
    (_, n) => `      - { id: many-${n}, title: 解冻${n}, aim: 教会, expect: 好的, text: 前一晚放冷藏第${n}条 }\n`,
  )
  const t = await openSidebarScene({
    config: {
      ...DESK_RULES,
      'scripts/多.yaml': `domain: 多\nsituations:\n  - situation: 解冻\n    scripts:\n${many.join('')}`,
    },
  })
  scene = t
  const zhangsan = await t.as('zhangsan')
  const page = async (from: number) =>
    (
      await zhangsan.get<{ total: number; scripts: { id: string }[] }>(
        `scripts/search?${new URLSearchParams({ q: '解冻', from: String(from) })}`,
      )
    ).body
  const pages = [await page(0), await page(20), await page(40)]
  expect(pages.map(({ total, scripts }) => [total, scripts.length])).toEqual([
    [45, 20],
    [45, 20],
    [45, 5],
  ])
  expect(new Set(pages.flatMap(({ scripts }) => scripts.map(({ id }) => id))).size).toBe(45)
})

test('orders come a page at a time with their true number, each once', async () => {
  const t = await openSidebarScene()
  scene = t
  for (let n = 0; n < 53; n++) {
    await t.sandbox.order({ orderId: `N-${n}`, externalUserId: t.externalUserId, totalFen: 1_000, status: 'paid' })
  }
  await t.settle()
  const zhangsan = await t.as('zhangsan')
  const of = `customers/${t.externalUserId}/orders`
  type Page = { total: number; orders: { orderId: string }[]; nextBefore: string | null }
  const first = (await zhangsan.get<Page>(of)).body
  const second = (await zhangsan.get<Page>(`${of}?before=${first.nextBefore}`)).body
  expect([first.total, first.orders.length, second.orders.length, second.nextBefore]).toEqual([53, 50, 3, null])
  expect(new Set([...first.orders, ...second.orders].map((order) => order.orderId)).size).toBe(53)
})

/** The shop that people copy. */
async function openBrand() {
  const t: TestApp = await buildTestApp({ config: 'brand', now: '2026-11-20T10:00:00+08:00' })
  scene = t
  for (const name of ['牧野牛排·付费群 1', '牧野牛排·科普群 1'])
    await t.sandbox.createGroup({ ownerUserId: 'zhangsan', name })
  await t.settle()
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', name: '小满' })
  await t.settle()
  const browser = openBrowser(t.url)
  await browser.login('zhangsan')
  return {
    ...t,
    id: externalUserId,
    order: async (status: 'paid' | 'refunded') => {
      const items = [{ sku: 'x', name: '西冷', quantity: 1, priceFen: 12_800, category: '西冷' }]
      await t.sandbox.order({ orderId: 'B-1', externalUserId, totalFen: 12_800, status, items })
      await t.settle()
      await t.settle()
    },
    proposals: async () => (await browser.get<Proposals>(`customers/${externalUserId}/proposals`)).body.proposals,
  }
}

test('the shipped shop: a minute after paying nobody asks whether the box has come; after a refund that comes first', async () => {
  const t = await openBrand()
  await t.order('paid')
  await t.advance(MINUTE_MS)
  const paid = await t.proposals()
  expect(paid.length).toBeGreaterThan(0)
  expect(paid.map(({ script }) => script.text).filter((text) => /到了吗|该到啦|收到了/.test(text))).toEqual([])
  await t.order('refunded')
  const refunded = await t.proposals()
  expect(refunded[0]?.script.id).toBe('after-refund-progress')
  expect(refunded[0]?.facts).toContainEqual({ label: '距最近退款', value: '不到 1 天' })
  expect(refunded.map(({ because }) => because).filter((why) => /还没.*下过单|没下过单/.test(why))).toEqual([])
})
