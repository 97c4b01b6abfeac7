import * as fixtures from '../src/testing/fixtures.ts'
import { aGroup, someFields, someMyScripts } from '../src/testing/fixtures-known.ts'
import { more, type PaneState, press, tab } from './pane-state.ts'

/** The faces that are rarer: full, empty, refused, half done. */

const DAY_MS = 86_400_000
const why = { text: '按购买间隔算，已经过了 2.5 个周期', rule: null, facts: [{ label: '距最近付款', value: '31 天' }] }
const EVERYTHING = fixtures.aProfile({
  ...{ standsInFor: '林夏', corpName: '牧野食品', fields: someFields(), otherGuides: ['陈浩'] },
  tiers: [
    ...fixtures.aProfile().tiers,
    ...fixtures.aProfile().tiers.map((one) => ({ ...one, ladder: '新手进阶', level: '进阶' })),
  ],
  marks: [{ text: '可能流失', why }],
  birthday: { date: '1990-11-24', daysUntil: 2 },
  remark: '王姐·爱吃厚切·孩子花生过敏·周三取',
  tags: Array.from({ length: 14 }, (_, n) => ({
    ...{ name: `口味/厚切 ${n + 1}`, byHand: n % 2 === 0, setBy: '林夏手动打上' },
    ...{ setAtMs: fixtures.NOW_MS - DAY_MS, why: null },
  })),
  groups: [
    { name: '牧野牛排·付费群 12', pool: '付费群' },
    { name: '牧野牛排·VIP群 2', pool: 'VIP群' },
  ],
  orders: { ...fixtures.aProfile().orders, paidCount: 128, paidSumFen: 12_886_600, refundedCount: 3 },
  pinned: { text: '孩子对花生过敏，黑椒酱要看配料', by: '林夏', atMs: fixtures.NOW_MS - DAY_MS },
})

const [first] = fixtures.someProposals().proposals
const withFiles = (change: object) => ({
  ...{ total: 1, how: 'explored' },
  proposals: [
    {
      ...first,
      script: fixtures.aScript({
        messages: [
          { msgtype: 'text', text: { content: '先看一分钟解冻，再对照说明书：' } },
          { msgtype: 'video', video: { mediaid: 'v1' } },
          { msgtype: 'file', file: { mediaid: 'f1' } },
        ],
        files: [
          { asset: 'v', kind: 'video', name: '一分钟学会解冻.mp4', bytes: 9_437_184 },
          {
            asset: 'f',
            kind: 'file',
            name: '牧野牛排 2026 冬季煎制说明与保存温度对照表（完整版）.pdf',
            bytes: 512_000,
          },
        ],
        ...change,
      }),
    },
  ],
})
const LONG_TEXT = '整块牛排先在冷藏室里慢慢化开，别泡热水；'.repeat(8)
const PARCELS = {
  ...fixtures.someOrders(),
  ...{ total: 128, nextBefore: 'x' },
  orders: fixtures.someOrders().orders.map((one, nth) => ({
    ...one,
    refundedFen: nth === 0 ? 8_900 : 0,
    items: one.items.map((item) => ({
      ...item,
      name: `${item.name}（冷链直达·赠黑椒酱两包）`,
      refundedQuantity: nth === 0 ? 1 : 0,
    })),
    parcels: [
      { company: '顺丰冷运', number: 'SF1029384756102', shippedAtMs: fixtures.NOW_MS - 2 * DAY_MS, signedAtMs: null },
    ],
  })),
}
const RULES = {
  ...fixtures.aTimeline(),
  entries: fixtures.aTimeline().entries.map((one) => ({ ...one, isRule: one.id > 6 || one.id === 3 })),
}
const NAMES = ['欧阳娜娜（三里屯店早班取货）', '孙姐', 'Ａlexandra Ｗang', '安安妈咪', '王小明的妈妈（周三取货）']
const FULL_DAY = {
  ...fixtures.aDay(),
  tasksTotal: 340,
  tasks: Array.from({ length: 30 }, (_, n) => ({
    ...{ id: `${n}`, externalUserId: `wm-${n}`, name: NAMES[n % NAMES.length] ?? null },
    ...{ title: '首单回访：问问煎得怎么样，锅够不够热', dueAtMs: fixtures.NOW_MS + (n - 9) * 3_600_000 },
    paidSumFen: 78_600 * n,
  })),
}
const EMPTY_DAY = {
  ...{ tasks: [], tasksTotal: 0, birthdays: [], lost: [] },
  sends: { tasks: 0, customers: 0, groups: 0 },
}
const FOUND = {
  total: 5_000,
  friends: Array.from({ length: 20 }, (_, n) => ({
    ...{ externalUserId: `wm-${n}`, name: NAMES[n % NAMES.length] ?? null },
    remark: n % 3 === 0 ? '王姐·爱吃厚切·周三取' : null,
  })),
}
const BESIDE_GROUP = { entry: 'group_chat_tools' }
const ALONE = { entry: 'normal' }

export const MORE_STATES: PaneState[] = [
  { name: 'everything', answers: { profile: EVERYTHING }, reach: (page) => page.getByText('可能流失').waitFor() },
  {
    name: 'everything-open',
    answers: { profile: EVERYTHING },
    reach: async (page) => {
      await more(page)
      await page.getByText('也加了陈浩').waitFor()
    },
  },
  { name: 'mark-why', answers: { profile: EVERYTHING }, reach: (page) => press(page, /可能流失/) },
  {
    name: 'handed-on',
    answers: { profile: 'sidebar.handed-on' },
    reach: (page) => page.getByText('已经转走').waitFor(),
  },
  { name: 'failed', answers: { profile: undefined }, reach: (page) => page.getByText('没有加载出来').waitFor() },
  {
    name: 'script-files',
    answers: { proposals: withFiles({}) },
    reach: (page) => page.getByRole('button', { name: /^一分钟学会解冻/ }).waitFor(),
  },
  {
    name: 'script-long',
    answers: {
      proposals: withFiles({
        text: LONG_TEXT,
        missing: ['文件「煎法教程.pdf」超过 20 MB，发不出去，请告诉运营'],
        title: '第一次下厨的人问怎么解冻、煎几分钟、要不要放油',
      }),
    },
    reach: async (page) => {
      await page.getByRole('button', { name: '目标与预期' }).first().click()
      await page.getByText('客户多半会回').waitFor()
    },
  },
  {
    name: 'partly-sent',
    answers: { proposals: withFiles({}) },
    options: { takes: 1 },
    reach: async (page) => {
      await page.getByRole('button', { name: '发送' }).first().click()
      await page.getByRole('button', { name: /^补发/ }).waitFor()
    },
  },
  {
    name: 'not-sent',
    options: { takes: 0 },
    reach: async (page) => {
      await page.getByRole('button', { name: '发送' }).first().click()
      await page.getByRole('button', { name: '复制文字' }).waitFor()
    },
  },
  {
    name: 'kept-offline',
    reach: async (page) => {
      await page.getByText('现在可以这样说').waitFor()
      await page.context().setOffline(true)
      await press(page, /改备注/)
      await page.getByRole('dialog').getByRole('textbox').fill('孙姐')
      await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
      await page.getByText('1 处改动已记下').waitFor()
    },
  },
  {
    name: 'left-over',
    reach: async (page) => {
      await press(page, /改备注/)
      await page.getByRole('dialog').getByRole('textbox').fill('孙姐·孩子花生过敏')
      await page.keyboard.press('Escape')
      await press(page, /改备注/)
      await page.getByText('上次没有保存').waitFor()
    },
  },
  {
    name: 'refused-change',
    reach: async (page) => {
      await press(page, /改备注/)
      await page.getByRole('dialog').getByRole('textbox').fill('孙姐')
      await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.getByText('备注刚刚被别处改成了「老客」').waitFor()
    },
  },
  {
    name: 'tags-failed',
    answers: { tags: undefined },
    reach: async (page) => {
      await press(page, /^标签$/)
      await page.getByRole('dialog').getByText('没有加载出来').waitFor()
    },
  },
  {
    name: 'birthday-known',
    answers: { profile: EVERYTHING },
    reach: async (page) => {
      await press(page, /改生日/)
      await page.getByRole('button', { name: '清除' }).waitFor()
    },
  },
  {
    name: 'notes-failed',
    answers: { notes: undefined },
    reach: async (page) => {
      await press(page, '记一笔')
      await page.getByRole('dialog').getByText('没有加载出来').waitFor()
    },
  },
  {
    name: 'scripts-failed',
    answers: { 'scripts/tree': undefined },
    reach: async (page) => {
      await tab(page, '话术')
      await page.getByText('没有加载出来').waitFor()
    },
  },
  {
    name: 'scripts-none',
    answers: { 'scripts/mine': { ...someMyScripts(), favourites: [] } },
    reach: async (page) => {
      await tab(page, '话术')
      await page.getByRole('button', { name: /^收藏/ }).click()
      await page.getByText('还没有收藏').waitFor()
    },
  },
  {
    name: 'found-nothing',
    answers: { 'scripts/search': { total: 0, scripts: [] } },
    reach: async (page) => {
      await tab(page, '话术')
      await page.getByRole('searchbox').fill('龙虾')
      await page.clock.runFor(300)
      await page.getByText('没有找到').waitFor()
    },
  },
  {
    name: 'orders-full',
    answers: { orders: PARCELS },
    reach: async (page) => {
      await tab(page, '订单')
      await page.getByText('顺丰冷运').first().waitFor()
    },
  },
  {
    name: 'orders-none',
    answers: { orders: { ...fixtures.someOrders(), total: 0, orders: [], categories: [] } },
    reach: async (page) => {
      await tab(page, '订单')
      await page.getByText('还没有订单').waitFor()
    },
  },
  {
    name: 'orders-failed',
    answers: { orders: undefined },
    reach: async (page) => {
      await tab(page, '订单')
      await page.getByText('没有加载出来').waitFor()
    },
  },
  {
    name: 'bind-refused',
    reach: async (page) => {
      await tab(page, '订单')
      await press(page, '少了一单？按订单号绑定')
      await page.getByRole('textbox', { name: '订单号' }).fill('MY20261119-0283')
      await page.getByRole('textbox', { name: '手机后四位' }).fill('0000')
      await page.getByRole('button', { name: '核对并绑定' }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'timeline-rules',
    answers: { timeline: RULES },
    reach: async (page) => {
      await tab(page, '动态')
      await page
        .getByRole('button', { name: /条规则记录/ })
        .first()
        .waitFor()
    },
  },
  {
    name: 'timeline-none',
    answers: { timeline: { entries: [], nextBefore: null } },
    reach: async (page) => {
      await tab(page, '动态')
      await page.getByText('还没有动态').waitFor()
    },
  },
  {
    name: 'timeline-failed',
    answers: { timeline: undefined },
    reach: async (page) => {
      await tab(page, '动态')
      await page.getByText('没有加载出来').waitFor()
    },
  },
  {
    name: 'group-full',
    options: BESIDE_GROUP,
    answers: {
      'groups/wr-1': aGroup({
        ...{ name: '牧野牛排·三里屯店·付费群 12（老客周三团购专用）', members: 203, strangers: 41 },
        owner: { name: '欧阳娜娜（三里屯店早班）', isMe: false },
      }),
    },
    reach: (page) => page.getByText('已经满了').waitFor(),
  },
  {
    name: 'group-failed',
    options: BESIDE_GROUP,
    answers: { 'groups/wr-1': undefined },
    reach: (page) => page.getByText('没有加载出来').waitFor(),
  },
  {
    name: 'my-day-full',
    options: ALONE,
    answers: { day: FULL_DAY },
    reach: (page) => page.getByText('共 340 条').waitFor(),
  },
  {
    name: 'my-day-empty',
    options: ALONE,
    answers: { day: EMPTY_DAY },
    reach: (page) => page.getByText('没有等着的事').waitFor(),
  },
  {
    name: 'my-day-failed',
    options: ALONE,
    answers: { day: undefined, 'day/numbers': undefined },
    reach: (page) => page.getByText('没有加载出来').first().waitFor(),
  },
  {
    name: 'my-day-loading',
    options: ALONE,
    answers: { day: 'never' },
    reach: async (page) => {
      await page.locator('[aria-busy]').first().waitFor()
      await page.clock.runFor(2_500)
    },
  },
  {
    name: 'my-customers-5000',
    options: ALONE,
    answers: { 'day/find': FOUND },
    reach: async (page) => {
      await page.getByRole('searchbox').fill('王')
      await page.clock.runFor(300)
      await page.getByText('找到 5000 位').waitFor()
    },
  },
  {
    name: 'hand-over-failed',
    answers: { profile: EVERYTHING, takers: undefined },
    reach: async (page) => {
      await more(page)
      await press(page, /^转接/)
      await page.getByText('没有加载出来').waitFor()
    },
  },
  { name: 'opt-out', options: { path: '/t/open' }, reach: (page) => page.getByText('确认退订').waitFor() },
  { name: 'opt-out-refused', options: { path: '/t/refused' }, reach: (page) => page.getByText('恢复接收').waitFor() },
  { name: 'opt-out-gone', options: { path: '/t/gone' }, reach: (page) => page.getByText('已经失效').waitFor() },
]
