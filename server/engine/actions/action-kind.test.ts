import { expect, it } from 'vitest'
import { rankOf, wecomLaneOf } from './action-kind.ts'

it.each([
  ['welcome', 'welcome', 'welcome'],
  ['event', 'other', 'event'],
  ['campaign', 'other', 'campaign'],
  ['backfill', 'other', 'backfill'],
  ['outside', 'other', 'backfill'],
] as const)('what is done for the lane %s goes to the database as %s, to WeCom as %s', (lane, rank, wecomLane) => {
  expect([rankOf(lane), wecomLaneOf(lane)]).toEqual([rank, wecomLane])
})
