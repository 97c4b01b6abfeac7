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
  { path: 'tags', type: 'set', zh: '标签' },
  { path: 'groups', type: 'set', zh: '所在群池' },
  { path: 'orders.created.count', type: 'number', zh: '下单次数' },
  { path: 'orders.paid.count', type: 'number', zh: '已付款订单数' },
  { path: 'orders.paid.sum', type: 'money', zh: '累计付款金额' },
  { path: 'orders.paid.daysSinceFirst', type: 'number', zh: '距首次付款天数' },
  { path: 'orders.paid.daysSinceLast', type: 'number', zh: '距最近付款天数' },
  { path: 'orders.paid.categories', type: 'set', zh: '买过的品类' },
  { path: 'orders.refunded.count', type: 'number', zh: '退款订单数' },
]
