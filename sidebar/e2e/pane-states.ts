import * as fixtures from '../src/testing/fixtures.ts'
import { aGroup, someFields } from '../src/testing/fixtures-known.ts'
import { DUTY_STATES } from './duty-states.ts'
import { MORE_STATES } from './more-states.ts'
import { more, type PaneState, press, tab } from './pane-state.ts'
import { RARE_STATES } from './rare-states.ts'

const help = ['李四还是好友，有事请李四去说', '没做完的待办已经撤下；重新加上以后，标签、订单和动态接着用']
const LOST = fixtures.aProfile({
  isReadOnly: true,
  lost: { by: 'customer', atMs: fixtures.NOW_MS - 3_600_000, help },
})
const LONG = fixtures.aProfile({
  name: 'Ａlexandra 👨‍👩‍👧‍👦 王小明的妈妈（周三取货）',
  otherGuides: ['陈浩', '周敏'],
  welcome: { state: 'not-sent', text: '未发送欢迎语：已过 20 秒', atMs: null },
  handover: '正在从张三转给李四，等待客户确认，最迟 11月23日 09:05 自动完成',
})
const PINNED = fixtures.aProfile({
  pinned: { text: '孩子对花生过敏，黑椒酱要看配料', by: '林夏', atMs: fixtures.NOW_MS - 86_400_000 },
})
const MANY_TAGS = {
  groups: Array.from({ length: 11 }, (_, g) => ({
    group: `标签组 ${g + 1}`,
    names: Array.from({ length: 20 }, (_, n) => `标签${g + 1}-${n + 1}`),
  })),
}
const KEPT_TAGS = {
  groups: fixtures.tagGroups().groups.map((one) => {
    const why = '由「分层」按条件打上和去掉，人不用改；不对的话请告诉运营'
    return one.group === '分层' ? { ...one, locked: one.names.map((name) => ({ name, why })) } : one
  }),
}
const BOUND = {
  ...fixtures.someOrders(),
  orders: fixtures.someOrders().orders.map((one, nth) => ({ ...one, isBoundByHand: nth === 0 })),
}
const NEW = fixtures.aProfile({
  ...{ name: null, remark: null, tiers: [], tags: [], groups: [], days: 0, journeys: [], rhythm: null },
  source: { channel: null, addWay: null, addedAtMs: null, first: null },
  orders: { paidCount: 0, paidSumFen: 0, refundedCount: 0, lastPaidAtMs: null, lastItems: null },
})
const SEEN = [
  LOST,
  ...['安安妈咪', '林小姐', '王小明的妈妈（周三取货）'].map((name, n) =>
    fixtures.aProfile({ externalUserId: `wm-${n}`, name, remark: n === 1 ? '林姐·孩子过敏' : null }),
  ),
  fixtures.aProfile(),
]
const LED = fixtures.aProfile({ standsInFor: '林夏' })
const MANY_TAKERS = {
  takers: [
    '王五',
    '欧阳娜娜（三里屯店早班）',
    'Ａlexandra Ｗang',
    ...Array.from({ length: 11 }, (_, n) => `导购${n + 1}`),
  ].map((name, n) => ({ userId: `guide-${n}`, name, customers: n * 97, isFriend: n === 0 })),
}
const MANY_TASKS = {
  tasks: Array.from({ length: 6 }, (_, n) =>
    fixtures.aTask({ id: `${60 + n}`, title: `首单回访：问问第 ${n + 1} 块煎得怎么样` }),
  ),
}
const nothing = {
  proposals: { proposals: [], total: 0, how: 'file' },
  tasks: { tasks: [] },
  orders: { ...fixtures.someOrders(), total: 0, orders: [] },
}

const BESIDE_GROUP = { entry: 'group_chat_tools' }
const NOBODY = { total: 0, people: [] }
const QUIET_GROUP = aGroup({
  ...{
    name: '',
    pool: null,
    owner: { name: '陈浩', isMe: false },
    members: 12,
    customers: 9,
    strangers: 0,
    scripts: [],
  },
  ...{ outside: null, elsewhere: NOBODY, duplicates: NOBODY, newcomers: NOBODY, best: NOBODY, today: [] },
})

/** Every face that the pane has. */
export const STATES: PaneState[] = [
  { name: 'next', reach: (page) => page.getByText('现在可以这样说').waitFor() },
  { name: 'long-names', answers: { profile: LONG }, reach: (page) => page.getByText('正在从张三转给李四').waitFor() },
  {
    name: 'long-names-open',
    answers: { profile: LONG },
    reach: async (page) => {
      await more(page)
      await page.getByText('也加了陈浩').waitFor()
    },
  },
  {
    name: 'stands-in',
    answers: { profile: { ...LONG, standsInFor: '欧阳娜娜（三里屯店早班）', days: 0 } },
    reach: (page) => page.getByText('，改动记你名').waitFor(),
  },
  {
    name: 'stands-in-open',
    answers: { profile: { ...LONG, standsInFor: '欧阳娜娜（三里屯店早班）', isReadOnly: true } },
    reach: async (page) => {
      await more(page)
      await page.getByText('，只能看').waitFor()
    },
  },
  {
    name: 'new-customer',
    answers: { profile: NEW, ...nothing },
    reach: (page) => page.getByText('还不知道昵称').waitFor(),
  },
  { name: 'lost', answers: { profile: LOST }, reach: (page) => page.getByText('还能做什么').waitFor() },
  { name: 'checking', answers: { profile: 'sidebar.checking' }, reach: (page) => page.getByText('正在核对').waitFor() },
  { name: 'not-yours', answers: { profile: 'sidebar.not-yours' }, reach: (page) => page.getByText('看不到').waitFor() },
  {
    name: 'failed-parts',
    answers: { tasks: undefined },
    reach: (page) => page.getByText('没有加载出来').first().waitFor(),
  },
  { name: 'loading', answers: { profile: 'never' }, reach: (page) => page.locator('[aria-busy]').first().waitFor() },
  {
    name: 'slow-client',
    options: { isSlow: true },
    reach: async (page) => {
      await page.clock.runFor(2_500)
      await page.getByText('企业微信有点慢').waitFor()
    },
  },
  {
    name: 'last-seen',
    options: { isSlow: true, seen: SEEN },
    reach: async (page) => {
      await page.getByText('最近看过的客户').waitFor()
      await page.getByText('孙姐').click()
      await page.locator('details[open]').getByText('来自包裹卡').waitFor()
    },
  },
  {
    name: 'offline',
    reach: async (page) => {
      await page.getByText('现在可以这样说').waitFor()
      await page.context().setOffline(true)
      await page.getByText('没有网络').waitFor()
    },
  },
  {
    name: 'done',
    reach: async (page) => {
      await page.getByRole('button', { name: '完成' }).first().click()
      await page.getByRole('button', { name: '是的，完成' }).click()
      await page.getByText('撤销').waitFor()
    },
  },
  {
    name: 'asked-whether-sent',
    reach: async (page) => {
      await page.getByRole('button', { name: '完成' }).first().click()
      await page.getByText('还没从这里发过').waitFor()
    },
  },
  { name: 'not-now', reach: (page) => press(page, '现在不做') },
  { name: 'tags', reach: (page) => press(page, /^标签$/) },
  {
    name: 'tags-220',
    answers: { tags: MANY_TAGS },
    reach: async (page) => {
      await press(page, /^标签$/)
      await page.getByText('标签组 11').waitFor()
    },
  },
  { name: 'tags-kept', answers: { tags: KEPT_TAGS }, reach: (page) => press(page, /^标签$/) },
  { name: 'tag-why', reach: (page) => press(page, '包裹卡') },
  {
    name: 'notes',
    answers: { profile: PINNED },
    reach: async (page) => {
      await press(page, '记一笔')
      await page.getByText('没有平底锅').first().waitFor()
    },
  },
  {
    name: 'reminder',
    reach: async (page) => {
      await press(page, '记一笔')
      await page.getByRole('textbox').fill('问她吃得怎么样，烤箱好不好用')
      await page.getByRole('radio', { name: '三天后' }).check()
    },
  },
  {
    name: 'fields',
    answers: { profile: fixtures.aProfile({ fields: someFields() }) },
    reach: (page) => press(page, /^资料/),
  },
  {
    name: 'unwanted',
    reach: async (page) => {
      await more(page)
      await press(page, /^免打扰/)
      await page.getByText('不发群发').waitFor()
    },
  },
  {
    name: 'hand-over',
    answers: { profile: LED, takers: MANY_TAKERS },
    reach: async (page) => {
      await more(page)
      await press(page, /^转接/)
      await page.getByRole('radio', { name: '王五' }).check()
    },
  },
  {
    name: 'hand-over-nobody',
    answers: { profile: LED, takers: { takers: [] } },
    reach: async (page) => {
      await more(page)
      await press(page, /^转接/)
      await page.getByText('店里没有别的导购可以接手').waitFor()
    },
  },
  { name: 'remark', reach: (page) => press(page, /改备注/) },
  {
    name: 'birthday',
    reach: async (page) => {
      await more(page)
      await press(page, '加生日')
    },
  },
  { name: 'why', reach: (page) => press(page, /^为什么/) },
  {
    name: 'many-tasks',
    answers: { tasks: MANY_TASKS },
    reach: (page) => page.getByText('还有 4 件待办').waitFor(),
  },
  {
    name: 'journeys',
    reach: async (page) => {
      await press(page, /跟进计划，点开看/)
      await page.getByText('只观察').waitFor()
    },
  },
  { name: 'edit-script', reach: (page) => press(page, '改一改') },
  {
    name: 'scripts',
    reach: async (page) => {
      await tab(page, '话术')
      await page.getByRole('button', { name: /产品知识/ }).click()
    },
  },
  {
    name: 'own-scripts',
    reach: async (page) => {
      await tab(page, '话术')
      await page.getByRole('button', { name: /^我的/ }).click()
      await page.getByRole('heading', { name: '问火候' }).waitFor()
    },
  },
  {
    name: 'write-script',
    reach: async (page) => {
      await tab(page, '话术')
      await page.getByRole('button', { name: /^我的/ }).click()
      await press(page, '写一条自己的')
      await page.getByRole('textbox', { name: '标题' }).fill('问火候')
    },
  },
  {
    name: 'found-scripts',
    reach: async (page) => {
      await tab(page, '话术')
      await page.getByRole('searchbox').fill('解冻')
      await page.clock.runFor(300)
      await page.getByText('找到 2 条').waitFor()
    },
  },
  {
    name: 'orders',
    reach: async (page) => {
      await tab(page, '订单')
      await page.getByText('客单价').waitFor()
    },
  },
  {
    name: 'bound-order',
    answers: { orders: BOUND },
    reach: async (page) => {
      await tab(page, '订单')
      await page.getByText('按客户报的订单号绑定').waitFor()
    },
  },
  {
    name: 'bind-order',
    reach: async (page) => {
      await tab(page, '订单')
      await press(page, '少了一单？按订单号绑定')
    },
  },
  {
    name: 'timeline',
    reach: async (page) => {
      await tab(page, '动态')
      await page.getByText('退款 ¥129').waitFor()
    },
  },
  { name: 'group', options: BESIDE_GROUP, reach: (page) => page.getByText('不符合入群条件').waitFor() },
  {
    name: 'group-open',
    options: BESIDE_GROUP,
    reach: async (page) => {
      await page.getByRole('button', { name: '再看 2 位' }).click()
      await page.getByText('安安妈咪').waitFor()
    },
  },
  {
    name: 'group-quiet',
    options: BESIDE_GROUP,
    answers: { 'groups/wr-1': QUIET_GROUP },
    reach: (page) => page.getByText('没有要处理的人').waitFor(),
  },
  {
    name: 'group-refused',
    options: BESIDE_GROUP,
    answers: { 'groups/wr-1': 'sidebar.not-your-group' },
    reach: (page) => page.getByText('看不到这个群').waitFor(),
  },
  {
    name: 'group-loading',
    options: BESIDE_GROUP,
    answers: { 'groups/wr-1': 'never' },
    reach: (page) => page.locator('[aria-busy]').first().waitFor(),
  },
  { name: 'my-day', options: { entry: 'normal' }, reach: (page) => page.getByText('我的一天').waitFor() },
  ...MORE_STATES,
  ...DUTY_STATES,
  ...RARE_STATES,
]
