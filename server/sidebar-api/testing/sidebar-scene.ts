import { buildTestApp, type TestAppOptions } from '../../testing/build-test-app.ts'
import { openBrowser } from './sidebar-browser.ts'

export const DESK_RULES = {
  'channels/包裹卡.yaml':
    'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\nwelcome: 默认欢迎语\ntags: [来源/包裹卡]\n',
  'welcomes/默认.yaml': 'welcome: 默认欢迎语\ndefault: true\ntext: "{客户昵称}，你好，我是{导购名}"\n',
  'tags.yaml':
    'tags:\n  - { group: 来源, names: [包裹卡] }\n  - { group: 口味, names: [厚切, 黑椒] }\n  - { group: 分层, names: [A类, B类] }\n',
  'groups/付费群.yaml':
    'pool: 付费群\nrole: paid\ngroups: { namePrefix: 付费群 }\ncapacity: 200\nentry: { orders.paid.count: { gte: 1 } }\ninviteOn: [order.paid]\ninviteBy: task\nscript: join-paid\n',
  'scripts/新客.yaml': `domain: 新客
situations:
  - situation: 破冰
    scripts:
      - id: hello
        title: 打个招呼
        aim: 让他开口
        expect: 你好
        text: 有空聊聊怎么煎吗？
        for: { orders.paid.count: { eq: 0 } }
        because: 刚加上，还没下过单
      - id: coupon
        title: 送优惠券
        aim: 促成首单
        expect: 怎么用
        text: 给你留了一张新客优惠券，下单时直接抵扣。
        for: { channel: { eq: 包裹卡 } }
        because: 从包裹卡来
  - situation: 入群
    scripts:
      - id: join-paid
        title: 邀请进付费群
        aim: 进群
        expect: 好的
        text: 给你留了付费群的位置，扫码就能进。
        for: { orders.paid.count: { gte: 1 } }
        because: 下过单了
`,
}

/** Two guides, 张三 and 李四; 小满 came to 张三 by the parcel card. */
export async function openSidebarScene(options: TestAppOptions = {}) {
  const t = await buildTestApp({ config: DESK_RULES, now: '2026-11-20T10:00:00+08:00', ...options })
  await t.sandbox.createGroup({ ownerUserId: 'zhangsan', name: '付费群 1' })
  for (let minute = 0; minute < 3; minute++) await t.advance(60_000)
  const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card', name: '小满' })
  await t.settle()
  await t.settle()
  return {
    ...t,
    externalUserId,
    /** A browser in which this guide is logged in. */
    as: async (guide: string) => {
      const browser = openBrowser(t.url)
      await browser.login(guide)
      return browser
    },
    /** Paid by 小满; two steaks. */
    pay: async (orderId: string, totalFen = 13_800) => {
      const items = [{ sku: 'xl-200', name: '西冷牛排 200g', quantity: 2, priceFen: 6_900, category: '牛排' }]
      await t.sandbox.order({ orderId, externalUserId, totalFen, items, status: 'paid' })
      await t.settle()
      await t.settle()
    },
  }
}
export type SidebarScene = Awaited<ReturnType<typeof openSidebarScene>>
