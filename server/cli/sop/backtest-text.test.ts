import { expect, test } from 'vitest'
import { firstDifference } from './backtest-text.ts'

const LONG = Array.from({ length: 12 }, (_, nth) => `2026-11-22 09:${10 + nth} 给导购待办「第 ${nth} 次回访这位客户」`)

test.each([
  [
    'after a way that would fill the line twice',
    [...LONG, '2026-11-23 10:00 给导购待办「打电话」'],
    [...LONG, '2026-11-24 10:00 给导购待办「打电话」'],
    [
      '前 12 件事一样，然后 2026-11-23 10:00 给导购待办「打电话」',
      '前 12 件事一样，然后 2026-11-24 10:00 给导购待办「打电话」',
    ],
  ],
  ['at once', ['没有进入，不符合条件'], ['2026-11-22 09:00 进入'], ['没有进入，不符合条件', '2026-11-22 09:00 进入']],
  ['by going on longer', ['进入', '等待'], ['进入'], ['前 1 件事一样，然后 等待', '前 1 件事一样，然后 没有了']],
])('what differs is shown where it differs: %s', (_what, old, now, [was, is]) => {
  expect(firstDifference(old, now)).toEqual([`      旧：${was}`, `      新：${is}`])
})
