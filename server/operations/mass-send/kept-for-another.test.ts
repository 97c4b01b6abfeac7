import { expect, test } from 'vitest'
import { keptForAnother, type Rival } from './kept-for-another.ts'

const at = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`)
const nowMs = at('2026-11-25 10:00')
const rival = (when: string, had: number, more: Partial<Rival> = {}): Rival => ({
  name: '大促',
  priority: 80,
  atMs: at(when),
  wants: new Set(['wmA']),
  had: new Map([['wmA', had]]),
  ...more,
})
const most2 = { most: 2, days: 3 }
const kept = '3 天内最多 2 次，留给「大促」'

test.each([
  ['the last place is kept', most2, [rival('2026-11-27 10:00', 1)], `${kept}（2026-11-27 10:00，优先级 80）`],
  ['there are two places', most2, [rival('2026-11-27 10:00', 0)], undefined],
  ['by then today counts no more', most2, [rival('2026-11-28 10:00', 1)], undefined],
  ['the other has no place anyhow', most2, [rival('2026-11-27 10:00', 2)], undefined],
  ['is not for this one', most2, [rival('2026-11-27 10:00', 1, { wants: new Set(['wmB']) })], undefined],
  [
    'two that both want one',
    most2,
    [rival('2026-11-26 10:00', 0), rival('2026-11-27 10:00', 0, { name: '直播' })],
    '3 天内最多 2 次，留给「直播」（2026-11-27 10:00，优先级 80）',
  ],
  [
    'comes sooner than the least gap',
    { most: 9, days: 3, apart: '2d' },
    [rival('2026-11-27 09:59', 0)],
    '两次之间至少隔 2d，留给「大促」（2026-11-27 09:59，优先级 80）',
  ],
  ['just as far apart as is wanted', { most: 9, days: 3, apart: '2d' }, [rival('2026-11-27 10:00', 0)], undefined],
])('%s', (_what, ceiling, rivals, why) => {
  expect(keptForAnother(rivals, { ceiling, nowMs }, 'wmA')).toBe(why)
})
