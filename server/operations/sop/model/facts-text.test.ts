import { expect, test } from 'vitest'
import { VOCABULARY } from '../../../capabilities/vocabulary.ts'
import { factsText } from './facts-text.ts'

test('facts read as people say them', () => {
  expect(
    factsText(
      {
        channel: '包裹卡',
        'orders.paid.count': 1,
        'orders.paid.sum': 25_950,
        tags: ['来源/包裹卡', '生命周期/新客'],
        groups: [],
        'follow.active': true,
        'orders.paid.daysSinceLast': null,
      },
      VOCABULARY.facts,
    ),
  ).toBe(
    '来源渠道 包裹卡，已付款订单数 1，累计付款金额 259.5 元，标签 来源/包裹卡、生命周期/新客，所在群池 无，现在是好友 是，距最近付款天数 未知',
  )
})
