import { expect, it } from 'vitest'
import { type OrderStep, standingOf } from './order-status.ts'

it.each<[OrderStep[], number, string]>([
  [[], 0, 'created'],
  [['created'], 0, 'created'],
  [['paid', 'created'], 0, 'paid'],
  [['paid', 'shipped', 'signed'], 0, 'paid'],
  [['closed', 'paid'], 0, 'closed'],
  [['refunded', 'paid'], 0, 'refunded'],
  [['paid', 'refunded'], 99, 'paid'],
  [['paid', 'refunded'], 100, 'refunded'],
  [['paid', 'refunded'], 101, 'refunded'],
  [['paid', 'refunded', 'closed'], 99, 'closed'],
  [['paid'], 99, 'paid'],
  [['paid'], 100, 'paid'],
])('after %j, of a hundred %i came back: %s', (told, refundedFen, status) =>
  expect(standingOf(told, { totalFen: 100, refundedFen })).toBe(status),
)
