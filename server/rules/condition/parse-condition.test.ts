import { describe, expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { conditionZh } from './condition-zh.ts'
import type { Facts } from './fact.ts'
import { holds } from './holds.ts'
import { conditionOf, factPaths, parseCondition } from './parse-condition.ts'

const FACTS = VOCABULARY.facts

const faultOf = (written: unknown): string => {
  const { condition, faults } = parseCondition(written, FACTS)
  expect(condition).toBeUndefined()
  return faults.map(({ at, message, suggestion }) => `${at.join('.')} ${message}｜${suggestion ?? ''}`).join('\n')
}

describe('the written form', () => {
  it('may be dotted, nested or mixed', () => {
    const expected = { kind: 'test', path: 'orders.paid.count', test: { gte: 1 } }
    expect(conditionOf({ 'orders.paid.count': { gte: 1 } }, FACTS)).toEqual(expected)
    expect(conditionOf({ orders: { paid: { count: { gte: 1 } } } }, FACTS)).toEqual(expected)
    expect(conditionOf({ 'orders.paid': { count: { gte: 1 } } }, FACTS)).toEqual(expected)
    expect(conditionOf({ orders: { 'paid.count': { gte: 1 } } }, FACTS)).toEqual(expected)
  })

  it('takes a single value as "equal to it", and for a set as "it is among them"', () => {
    expect(conditionOf({ channel: '包裹卡' }, FACTS)).toEqual({ kind: 'test', path: 'channel', test: { eq: '包裹卡' } })
    expect(conditionOf({ 'follow.active': true }, FACTS)).toEqual({
      kind: 'test',
      path: 'follow.active',
      test: { eq: true },
    })
    expect(conditionOf({ tags: '生命周期/新客' }, FACTS)).toEqual({
      kind: 'test',
      path: 'tags',
      test: { any: ['生命周期/新客'] },
    })
  })

  it('holds always when it is empty or absent', () => {
    expect(conditionOf({}, FACTS)).toEqual({ kind: 'all', of: [] })
    expect(conditionOf(undefined, FACTS)).toEqual({ kind: 'all', of: [] })
    expect(holds(conditionOf({}, FACTS), new Map())).toBe(true)
  })

  it('joins several keys, lists and negations', () => {
    const written = { 'follow.active': true, any: [{ channel: '直播间' }, { not: { 'orders.paid.count': { gt: 2 } } }] }
    expect(conditionOf(written, FACTS)).toEqual({
      kind: 'all',
      of: [
        { kind: 'test', path: 'follow.active', test: { eq: true } },
        {
          kind: 'any',
          of: [
            { kind: 'test', path: 'channel', test: { eq: '直播间' } },
            { kind: 'not', of: { kind: 'test', path: 'orders.paid.count', test: { gt: 2 } } },
          ],
        },
      ],
    })
    expect(factPaths(conditionOf(written, FACTS))).toEqual(['follow.active', 'channel', 'orders.paid.count'])
  })

  it.each([
    ['500元', 50_000],
    ['99.5元', 9_950],
    ['0.01元', 1],
    ['0元', 0],
    ['19.99 元', 1_999],
  ])('reads %s as %i fen', (text, fen) => {
    expect(conditionOf({ 'orders.paid.sum': { gte: text } }, FACTS)).toEqual({
      kind: 'test',
      path: 'orders.paid.sum',
      test: { gte: fen },
    })
  })
})

describe('what is wrong', () => {
  it.each([
    [{ 'orders.paid.sum': { gte: 500 } }, 'orders.paid.sum.gte 「累计付款金额」是金额，要带单位｜写成 500元'],
    [
      { 'orders.paid.sum': '99.999元' },
      'orders.paid.sum 「累计付款金额」是金额，看不懂「99.999元」｜例如 500元 或 99.5元',
    ],
    [
      { 'orders.paid.sum': { gte: '99999999999元' } },
      'orders.paid.sum.gte 金额「99999999999元」太大｜最多 10000000000元',
    ],
    [{ 'orders.paid.cuont': 1 }, 'orders.paid.cuont 没有「orders.paid.cuont」这个事实｜是不是想写 orders.paid.count'],
    [{ 累计付款金额: '1元' }, '累计付款金额 没有「累计付款金额」这个事实｜是不是想写 orders.paid.sum'],
    [
      { 'orders.refunded': 3 },
      'orders.refunded 「orders.refunded」还不是完整的事实｜可以写 orders.refunded.count、orders.refunded.daysSinceLast、orders.refunded.sum、orders.refunded.percent',
    ],
    [{ channel: { gt: '包裹卡' } }, 'channel.gt 「来源渠道」不能用 gt｜可以用 eq、ne、in、notIn、known'],
    [{ 'orders.paid.count': { '>=': 1 } }, 'orders.paid.count.>= 没有「>=」这种比法｜是不是想写 gte'],
    [
      { 'orders.paid.count': { eq: '一' } },
      'orders.paid.count.eq 「已付款订单数」是数字，不能和「一」比较｜例如 { gte: 3 }',
    ],
    [{ channel: { eq: 12 } }, 'channel.eq 「来源渠道」是文字，12 被读成了别的类型｜加上引号："12"'],
    [{ 'follow.active': '是' }, 'follow.active 「现在是好友」只能是 true 或 false，不能是「是」｜'],
    [{ tags: { any: '生命周期/新客' } }, 'tags.any any 后面要写一个列表，1 到 500 个值｜写成 any: [生命周期/新客]'],
    [{ tags: ['生命周期/新客'] }, 'tags 「标签」后面不能直接写列表｜写成 { any: [生命周期/新客] }'],
    [{ tags: { known: true } }, 'tags.known 「标签」不能用 known｜可以用 any、all、none'],
    [{ channel: {} }, 'channel 「来源渠道」没有写怎么比｜例如 { in: [包裹卡, 门店物料] }'],
    [{ any: [] }, 'any any 后面要写一个条件列表，至少一条｜例如 any: [ { follow.active: true } ]'],
    [{ not: [] }, 'not 这里要写一个条件｜例如 { orders.paid.count: { gte: 1 } }'],
    [
      { 'orders.paid.count': { gte: Number.NaN } },
      'orders.paid.count.gte 「已付款订单数」是数字，不能和 NaN 比较｜例如 { gte: 3 }',
    ],
    ['x', ' 这里要写一个条件｜例如 { orders.paid.count: { gte: 1 } }'],
  ])('%j', (written, expected) => {
    expect(faultOf(written)).toBe(expected)
  })

  it('is told all at once', () => {
    expect(faultOf({ chanel: 'x', all: [{ 'orders.paid.sum': 5 }, { nonsense: 1 }] }).split('\n')).toHaveLength(3)
  })

  it('may be nested however deep and never throws', () => {
    let deep: unknown = { channel: 'x' }
    for (let i = 0; i < 5_000; i++) deep = { not: deep }
    expect(faultOf(deep)).toContain('条件嵌套超过 20 层')
  })

  it('ends with an error that says what, when the condition was stored', () => {
    expect(() => conditionOf({ gone: 1 }, FACTS)).toThrow(expect.objectContaining({ code: 'rules.condition-invalid' }))
  })
})

describe('holds, on what is not known', () => {
  const unknown: Facts = new Map()
  it.each([
    [{ 'orders.paid.daysSinceLast': { gte: 1 } }, false],
    [{ 'orders.paid.daysSinceLast': { lt: 1 } }, false],
    [{ channel: { ne: '直播间' } }, false],
    [{ channel: { notIn: ['直播间'] } }, false],
    [{ channel: { known: false } }, true],
    [{ channel: { known: true } }, false],
    [{ channel: { known: false, ne: '直播间' } }, false],
    [{ not: { channel: '直播间' } }, true],
    [{ tags: { none: ['生命周期/新客'] } }, true],
    [{ tags: { any: ['生命周期/新客'] } }, false],
  ])('%j is %s', (written, expected) => {
    expect(holds(conditionOf(written, FACTS), unknown)).toBe(expected)
  })
})

it('a condition reads aloud in Chinese', () => {
  const zh = (written: unknown): string => conditionZh(conditionOf(written, FACTS), FACTS)
  expect(zh({ channel: { in: ['包裹卡', '直播间'] }, 'orders.paid.count': 0 })).toBe(
    '来源渠道是 包裹卡、直播间 之一，已付款订单数是 0',
  )
  expect(zh({ 'orders.paid.sum': { gte: '2000元' }, tags: { none: ['分层/A'] } })).toBe(
    '累计付款金额至少 2000 元，标签里没有 分层/A',
  )
  expect(zh({ any: [{ 'follow.active': true }, { not: { channel: '直播间' } }] })).toBe(
    '现在是好友 或 不是（来源渠道是直播间）',
  )
})
