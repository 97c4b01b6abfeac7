import type {
  FoundScripts,
  GuideTask,
  MyDay,
  MyNumbers,
  Order,
  Orders,
  Profile,
  Proposals,
  Script,
  Scripts,
  ScriptTree,
  TagGroups,
  Tasks,
  Timeline,
} from '../../../server/sidebar-api/contract.ts'

/** A believable customer of the demo shop; tests change what they are about. */
export const NOW_MS = Date.parse('2026-11-22T10:30:00+08:00')
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export const aProfile = (change: Partial<Profile> = {}): Profile => ({
  externalUserId: 'wm-sunyao',
  name: '孙瑶',
  avatar: null,
  corpName: null,
  remark: '孙姐·爱吃厚切',
  source: { channel: '包裹卡', addWay: '扫描二维码', addedAtMs: NOW_MS - 12 * DAY_MS, first: null },
  days: 12,
  tiers: [
    {
      ladder: '分层',
      level: 'A',
      isLowest: false,
      place: '4 级里的第 2 级',
      sinceMs: NOW_MS - 3 * DAY_MS,
      why: {
        text: '订单付款后，符合「A」：累计付款金额至少 500 元',
        rule: { title: '分层规则「分层」', version: '5d0c2e9b71aa' },
        facts: [{ label: '累计付款金额', value: '786 元' }],
      },
    },
  ],
  fields: [],
  rhythm: '约 12 天买一次',
  marks: [],
  pinned: null,
  birthday: null,
  tags: [
    {
      name: '来源/包裹卡',
      byHand: false,
      setBy: '规则自动打上',
      setAtMs: NOW_MS - 12 * DAY_MS,
      why: {
        text: '通过渠道「包裹卡」添加',
        rule: { title: '渠道「包裹卡」', version: '3f9c1a7be204' },
        facts: [{ label: '渠道', value: '包裹卡' }],
      },
    },
    {
      name: '分层/A 类',
      byHand: false,
      setBy: '规则自动打上',
      setAtMs: NOW_MS - 3 * DAY_MS,
      why: { text: '累计付款满 500 元', rule: null, facts: [{ label: '累计付款', value: '¥786' }] },
    },
    { name: '口味/厚切', byHand: true, setBy: '林夏手动打上', setAtMs: NOW_MS - 2 * DAY_MS, why: null },
    { name: '口味/黑椒', byHand: true, setBy: '林夏手动打上', setAtMs: NOW_MS - 2 * DAY_MS, why: null },
    { name: '生命周期/首购', byHand: false, setBy: '规则自动打上', setAtMs: NOW_MS - 3 * DAY_MS, why: null },
  ],
  groups: [{ name: '牧野牛排·科普群 3', pool: '科普群' }],
  welcome: { state: 'sent', text: '已发送欢迎语「包裹卡欢迎语」，用时 0.4 秒', atMs: NOW_MS - 12 * DAY_MS },
  standsInFor: null,
  isReadOnly: false,
  optOutUrl: null,
  links: {},
  lost: null,
  handover: null,
  otherGuides: [],
  journeys: [{ title: '新客首单', next: '提醒导购做首单回访', nextAtMs: NOW_MS + 23.5 * HOUR_MS }],
  orders: {
    paidCount: 2,
    paidSumFen: 78_600,
    refundedCount: 0,
    lastPaidAtMs: NOW_MS - 3 * DAY_MS,
    lastItems: '原切西冷牛排 200g ×4、黑椒酱',
  },
  version: 'v1',
  ...change,
})

export const aScript = (change: Partial<Script> = {}): Script => {
  const text =
    change.text ??
    '{客户昵称}，牛排收到还顺利吗？记得提前一晚放冷藏慢慢解冻，口感最好。第一次煎不放心的话，拍张照给我，我告诉你火候。'
  return {
    id: 'after-delivery-thaw',
    title: '到货后教解冻',
    domain: '产品知识',
    situation: '解冻',
    aim: '让第一次下厨不翻车，为复购打底',
    expect: '收到了，正准备周末煎 / 怎么算解冻好了？',
    text,
    messages: [{ msgtype: 'text', text: { content: text } }],
    missing: [],
    ...change,
  }
}

const parcelPicture = aScript({
  id: 'sirloin-vs-ribeye',
  title: '西冷和眼肉怎么选',
  domain: '产品知识',
  situation: '部位',
  aim: '帮他选对下一次买的部位',
  expect: '那我想试试眼肉',
  text: '你上次买的是西冷，有嚼劲、肉味浓。要是家里老人孩子一起吃，可以试试眼肉，油花多、更嫩，煎到五成就很香。',
})
parcelPicture.messages.push({ msgtype: 'image', image: { mediaid: 'media-1' } })

const paidGroup = aScript({
  id: 'join-paid-group',
  title: '邀请进付费群',
  domain: '入群',
  situation: '付费群',
  text: '{客户昵称}，给你留了付费群的位置，每周三有老客专享价，煎牛排的问题群里大厨也会答。扫这个码就能进：',
  aim: '首单后进付费群',
  expect: '好的，我进一下',
})

export const someProposals = (): Proposals => ({
  proposals: [
    {
      script: aScript(),
      because: '她 3 天前收到货，还没人问过解冻',
      facts: [],
      said: null,
      became: { customers: 31, bought: 9, days: 7 },
    },
    {
      script: parcelPicture,
      because: '她买过西冷，没试过别的部位',
      facts: [{ label: '买过的品类', value: '西冷' }],
      said: { atMs: NOW_MS - 5 * DAY_MS, by: '林夏', isFresh: false },
      became: null,
    },
  ],
  total: 2,
  how: 'file',
})

export const aTask = (change: Partial<GuideTask> = {}): GuideTask => ({
  id: '41',
  kind: 'invite',
  title: '邀请孙瑶进付费群',
  detail: null,
  dueAtMs: NOW_MS + 7.5 * HOUR_MS,
  openedAtMs: NOW_MS - 3 * HOUR_MS,
  why: {
    text: '已有付款订单，符合「付费群」的入群条件',
    rule: { title: '群池「付费群」', version: '8d21c06fa9e1' },
    facts: [
      { label: '已付款订单数', value: '2' },
      { label: '累计付款', value: '¥786' },
    ],
  },
  sentAtMs: null,
  asksForMessage: true,
  script: paidGroup,
  invitation: { pool: '付费群', messages: [{ msgtype: 'image', image: { mediaid: 'qr-1' } }] },
  ...change,
})

export const someTasks = (): Tasks => ({
  tasks: [
    aTask({
      id: '40',
      kind: 'sop',
      title: '首单回访：问问煎得怎么样',
      dueAtMs: NOW_MS - 2 * HOUR_MS,
      invitation: null,
      script: aScript({ id: 'first-order-care', title: '首单回访' }),
    }),
    aTask(),
  ],
})

const anOrder = (change: Partial<Order> = {}): Order => ({
  orderId: 'MY20261119-0283',
  status: 'paid',
  totalFen: 39_800,
  refundedFen: 0,
  atMs: NOW_MS - 3 * DAY_MS,
  source: '有赞商城',
  isBoundByHand: false,
  items: [
    { name: '原切西冷牛排 200g', quantity: 4, priceFen: 8_900, refundedQuantity: 0 },
    { name: '黑椒酱', quantity: 2, priceFen: 2_100, refundedQuantity: 0 },
  ],
  parcels: [],
  ...change,
})

export const someOrders = (): Orders => ({
  summary: aProfile().orders,
  categories: [
    { name: '牛排', orders: 2, pieces: 5 },
    { name: '酱料', orders: 1, pieces: 2 },
  ],
  total: 3,
  nextBefore: null,
  orders: [
    anOrder(),
    anOrder({
      orderId: 'MY20261112-0107',
      totalFen: 38_800,
      atMs: NOW_MS - 10 * DAY_MS,
      items: [{ name: '家庭牛排礼盒 10 片装', quantity: 1, priceFen: 38_800, refundedQuantity: 0 }],
    }),
    anOrder({
      orderId: 'MY20261111-0031',
      status: 'refunded',
      totalFen: 12_900,
      atMs: NOW_MS - 11 * DAY_MS,
      items: [{ name: '澳洲谷饲眼肉 250g', quantity: 1, priceFen: 12_900, refundedQuantity: 0 }],
    }),
  ],
})

export const aTimeline = (): Timeline => ({
  entries: [
    {
      id: 9,
      atMs: NOW_MS - 3 * HOUR_MS,
      kind: 'task.opened',
      isRule: true,
      text: '给林夏开了待办「邀请孙瑶进付费群」',
      why: aTask().why,
    },
    {
      id: 8,
      atMs: NOW_MS - 2 * DAY_MS,
      kind: 'script.sent',
      isRule: false,
      text: '林夏发了话术「西冷和眼肉怎么选」',
      why: null,
    },
    {
      id: 7,
      atMs: NOW_MS - 3 * DAY_MS,
      kind: 'tag.added',
      isRule: true,
      text: '打上标签 分层/A 类',
      why: aProfile().tags[1]?.why ?? null,
    },
    {
      id: 6,
      atMs: NOW_MS - 3 * DAY_MS,
      kind: 'order.paid',
      isRule: false,
      text: '付款 ¥398：原切西冷牛排 200g ×4、黑椒酱 ×2',
      why: null,
    },
    {
      id: 5,
      atMs: NOW_MS - 11 * DAY_MS,
      kind: 'order.refunded',
      isRule: false,
      text: '退款 ¥129：澳洲谷饲眼肉 250g',
      why: null,
    },
    {
      id: 4,
      atMs: NOW_MS - 12 * DAY_MS,
      kind: 'group.joined',
      isRule: false,
      text: '扫码进了科普群「牧野牛排·科普群 3」',
      why: null,
    },
    {
      id: 3,
      atMs: NOW_MS - 12 * DAY_MS,
      kind: 'welcome.sent',
      isRule: false,
      text: '已发送欢迎语「包裹卡欢迎语」，用时 0.4 秒',
      why: {
        text: '渠道「包裹卡」的欢迎语',
        rule: { title: '欢迎语「包裹卡欢迎语」', version: 'a1b2c3d4e5f6' },
        facts: [],
      },
    },
    {
      id: 2,
      atMs: NOW_MS - 12 * DAY_MS,
      kind: 'customer.added',
      isRule: false,
      text: '通过渠道「包裹卡」添加了导购林夏',
      why: null,
    },
  ],
  nextBefore: '1794000000000-2',
})

export const aTree = (): ScriptTree => ({
  domains: [
    {
      name: '售前破冰',
      situations: [
        { name: '刚加上', count: 4 },
        { name: '问过没买', count: 3 },
      ],
    },
    {
      name: '产品知识',
      situations: [
        { name: '部位', count: 5 },
        { name: '解冻', count: 3 },
        { name: '煎法', count: 6 },
        { name: '熟度', count: 3 },
      ],
    },
    {
      name: '价格异议',
      situations: [
        { name: '嫌贵', count: 4 },
        { name: '等活动', count: 3 },
      ],
    },
    {
      name: '物流冷链',
      situations: [
        { name: '催发货', count: 3 },
        { name: '到货化冻', count: 3 },
      ],
    },
    {
      name: '售后',
      situations: [
        { name: '破损', count: 3 },
        { name: '退款', count: 3 },
      ],
    },
    {
      name: '复购与转介绍',
      situations: [
        { name: '吃完了', count: 4 },
        { name: '推荐朋友', count: 3 },
      ],
    },
  ],
})

export const someFound = (): FoundScripts => ({ total: 2, ...someScripts() })

export const someScripts = (): Scripts => ({ scripts: [aScript(), parcelPicture] })

export const tagGroups = (): TagGroups => ({
  groups: [
    { group: '口味', names: ['厚切', '黑椒', '原味', '嫩', '有嚼劲'] },
    { group: '意向', names: ['高', '中', '低', '等活动'] },
    { group: '生命周期', names: ['新客', '首购', '复购', '沉睡'] },
    { group: '分层', names: ['S 类', 'A 类', 'B 类', 'C 类'] },
  ],
})

export const aDay = (): MyDay => ({
  tasks: [
    {
      ...{ id: '40', externalUserId: 'wm-sunyao', name: '孙瑶', title: '首单回访：问问煎得怎么样' },
      ...{ dueAtMs: NOW_MS - 2 * HOUR_MS, paidSumFen: 78_600 },
    },
    {
      ...{ id: '52', externalUserId: 'wm-anan', name: '安安妈咪', title: '邀请进「付费群」' },
      ...{ dueAtMs: NOW_MS + 7.5 * HOUR_MS, paidSumFen: 12_800 },
    },
  ],
  tasksTotal: 34,
  birthdays: [{ externalUserId: 'wm-zhou', name: '周姐', date: '11-23', daysUntil: 1 }],
  lost: [{ externalUserId: 'wm-gone', name: '山里人', atMs: NOW_MS - 20 * HOUR_MS, by: 'customer' }],
  sends: { tasks: 1, customers: 86, groups: 0 },
})

const figures = (adds: number, firstOrders: number, paidFen: number, friendsAtStart: number): MyNumbers['today'] => ({
  ...{ adds, firstOrders, paidFen, friendsAtStart },
  valuePerFriendFen: friendsAtStart === 0 ? null : Math.round(paidFen / friendsAtStart),
  creditFen: paidFen - 1_800,
})
export const someNumbers = (): MyNumbers => ({
  today: figures(6, 2, 31_800, 1_247),
  month: figures(118, 41, 2_486_000, 1_160),
  lastMonth: figures(97, 44, 2_215_500, 1_058),
  lastMonthWhole: figures(131, 58, 3_120_000, 1_058),
})
