import type { Fact } from './fact.ts'

/** What a rule needs to know about a fact without asking the database. */
export type FactShape = Pick<Fact, 'path' | 'type' | 'zh'>

/** Every fact that rules may ask for, so that rule files can be checked without a database. The owning capabilities
 *  implement exactly these; `createFacts` refuses a list that differs. */
export const KNOWN_FACTS: readonly FactShape[] = [
  { path: 'channel', type: 'text', zh: '来源渠道' },
  { path: 'addWay', type: 'number', zh: '添加方式（企业微信编号）' },
  { path: 'follow.active', type: 'flag', zh: '现在是好友' },
  { path: 'follow.days', type: 'number', zh: '加好友天数' },
  { path: 'follow.guide', type: 'text', zh: '所属导购' },
  { path: 'follow.guideCount', type: 'number', zh: '好友导购数' },
  { path: 'follow.daysSinceLost', type: 'number', zh: '流失天数' },
  { path: 'tags', type: 'set', zh: '标签' },
  { path: 'tiers', type: 'set', zh: '分层等级' },
  { path: 'score', type: 'number', zh: '价值总分（3–15）' },
  { path: 'score.r', type: 'number', zh: '最近购买得分（1–5）' },
  { path: 'score.f', type: 'number', zh: '购买频次得分（1–5）' },
  { path: 'score.m', type: 'number', zh: '购买金额得分（1–5）' },
  { path: 'groups', type: 'set', zh: '所在群池' },
  { path: 'groups.daysSinceJoined', type: 'number', zh: '距最近入群天数' },
  { path: 'orders.created.count', type: 'number', zh: '下单次数' },
  { path: 'orders.paid.count', type: 'number', zh: '已付款订单数' },
  { path: 'orders.paid.sum', type: 'money', zh: '累计付款金额' },
  { path: 'orders.paid.count365', type: 'number', zh: '近一年付款订单数' },
  { path: 'orders.paid.sum365', type: 'money', zh: '近一年付款金额' },
  { path: 'orders.paid.lastSum', type: 'money', zh: '最近一单金额' },
  { path: 'orders.paid.daysSinceFirst', type: 'number', zh: '距首次付款天数' },
  { path: 'orders.paid.daysSinceLast', type: 'number', zh: '距最近付款天数' },
  { path: 'orders.paid.avgIntervalDays', type: 'number', zh: '平均几天买一次' },
  { path: 'orders.paid.categories', type: 'set', zh: '买过的品类' },
  { path: 'orders.paid.lastCategories', type: 'set', zh: '最近一单的品类' },
  { path: 'orders.refunded.count', type: 'number', zh: '退款订单数' },
  { path: 'orders.refunded.sum', type: 'money', zh: '累计退款金额' },
  { path: 'contacts.daysSinceLast', type: 'number', zh: '距最近一次联系天数' },
  { path: 'contacts.count7d', type: 'number', zh: '近 7 天联系次数' },
  { path: 'contacts.count30d', type: 'number', zh: '近 30 天联系次数' },
  { path: 'silence.days', type: 'number', zh: '沉默天数' },
  { path: 'birthday.daysUntil', type: 'number', zh: '离生日天数' },
  { path: 'survey.answered', type: 'set', zh: '填过的问卷' },
  { path: 'survey.answers', type: 'set', zh: '问卷答案' },
  { path: 'sops.active', type: 'set', zh: '正在走的 SOP' },
  { path: 'sops.finished', type: 'set', zh: '走完的 SOP' },
  { path: 'sops.goal', type: 'set', zh: '达成目标的 SOP' },
]
