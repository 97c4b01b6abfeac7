import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type EndpointPace, estimate, type Waiting } from './estimate.ts'
import type { Pace } from './pace-book.ts'

const NOW = Date.parse('2026-11-22T09:00:00+08:00')
const MARK = '/cgi-bin/externalcontact/mark_tag'
const marks: Pace = { kind: 'tag.mark', busyMs: 320, calls: [{ path: MARK, perAction: 1, ms: 50 }] }
const waiting = (count: number, more: Partial<Waiting> = {}): Waiting => ({
  kind: 'tag.mark',
  lane: 'event',
  count,
  lastDueMs: NOW,
  ...more,
})
const etaOf = (
  rows: Waiting[],
  endpoint: Partial<EndpointPace> = {},
  more: { paces?: Pace[]; processes?: number; endpointOf?: (path: string) => EndpointPace } = {},
) =>
  estimate({
    waiting: rows,
    paces: [marks],
    processes: 1,
    nowMs: NOW,
    endpointOf: (path) => ({ path, windows: [], closedUntilMs: 0, ...endpoint }),
    ...more,
  })
const minute = (limit: number, used = 0) => ({ windows: [{ lengthMs: MINUTE_MS, limit, used }] })

describe('the time until waiting actions are done', () => {
  it('is what thirty-two at once need, where no limit is met', () => {
    expect(etaOf([waiting(6_000)])).toEqual([
      {
        kind: 'tag.mark',
        lane: 'event',
        waiting: 6_000,
        doneInMs: MINUTE_MS,
        doneAtMs: NOW + MINUTE_MS,
        boundBy: 'speed',
        path: undefined,
        isKnown: true,
      },
    ])
    expect(etaOf([waiting(6_000)], {}, { processes: 2 })[0]?.doneInMs).toBe(MINUTE_MS / 2)
  })

  it('follows the platform’s limit where that is slower than we are', () => {
    const [one] = etaOf([waiting(10_000)], minute(1_000))
    // Nine turns of 61 s, and the last thousand at our own speed.
    expect(one).toMatchObject({ boundBy: 'limit', path: MARK, doneInMs: 9 * 61_000 + 10_000 })
    expect(etaOf([waiting(900)], minute(1_000))[0]).toMatchObject({ boundBy: 'speed', doneInMs: 9_000 })
  })

  it.each<[string, number, limit: number, used: number, string, number]>([
    ['the whole limit and no more', 1_000, 1_000, 0, 'speed', 10_000],
    ['one more than the limit', 1_001, 1_000, 0, 'limit', 61_000 + 10],
    ['some used already', 900, 1_000, 500, 'limit', 61_000 - 5_000 + 4_000],
    ['so many used that the last fits', 500, 1_000, 500, 'speed', 5_000],
    ['more used than there are', 900, 1_000, 1_500, 'limit', 61_000 - 15_000 + 9_000],
    ['used for longer than a turn', 900, 1_000, 10_000, 'speed', 9_000],
    ['plenty, much of it used', 1_000, 100_000, 50_000, 'speed', 10_000],
    ['a limit that we do not reach within its turn', 10_001, 10_000, 0, 'speed', 100_010],
    ['the same, half of it used', 10_001, 10_000, 5_000, 'speed', 100_010],
  ])('%s: %i calls of %i, %i of them used', (_what, calls, limit, used, boundBy, doneInMs) => {
    expect(etaOf([waiting(calls)], minute(limit, used))[0]).toMatchObject({ boundBy, doneInMs })
  })

  it('counts the calls of all kinds of the lane that go to the same endpoint, and of no other', () => {
    const pace = (kind: string, ...calls: [string, number][]): Pace => ({
      kind,
      busyMs: 320,
      calls: calls.map(([path, perAction]) => ({ path, perAction, ms: 50 })),
    })
    const paces = [pace('a', ['/other', 5], [MARK, 1]), pace('b', [MARK, 2]), pace('c', ['/other', 9])]
    const rows = [waiting(400, { kind: 'a' }), waiting(300, { kind: 'b' }), waiting(100, { kind: 'c' })]
    const limits = (path: string) => ({ path, closedUntilMs: 0, ...(path === MARK ? minute(999) : { windows: [] }) })
    const [one] = etaOf(rows, {}, { paces, endpointOf: limits })
    // A thousand calls, at eight milliseconds each: 999 of them, and one in the next turn.
    expect(one).toMatchObject({ boundBy: 'limit', path: MARK, doneInMs: 61_000 + 8 })
    const apart = [waiting(400, { kind: 'a' }), waiting(300, { kind: 'b', lane: 'campaign' })]
    expect(etaOf(apart, {}, { paces, endpointOf: limits })[0]).toMatchObject({ boundBy: 'speed', doneInMs: 4_000 })
  })

  it('begins when a block ends, and is not before the last is due', () => {
    expect(etaOf([waiting(600)], { closedUntilMs: NOW + MINUTE_MS })[0]).toMatchObject({
      boundBy: 'block',
      doneInMs: MINUTE_MS + 6_000,
    })
    expect(etaOf([waiting(600)], { closedUntilMs: NOW - 1 })[0]).toMatchObject({ boundBy: 'speed', doneInMs: 6_000 })
    // Blocked, and then a limit as well.
    expect(etaOf([waiting(1_001)], { closedUntilMs: NOW + MINUTE_MS, ...minute(1_000) })[0]).toMatchObject({
      boundBy: 'limit',
      doneInMs: MINUTE_MS + 61_010,
    })
    // Due at the very instant at which our own speed ends: it is our speed.
    expect(etaOf([waiting(600, { lastDueMs: NOW + 6_000 })])[0]).toMatchObject({ boundBy: 'speed', path: undefined })
    expect(etaOf([waiting(600, { lastDueMs: NOW + MINUTE_MS })])[0]).toMatchObject({
      boundBy: 'due',
      doneInMs: MINUTE_MS,
    })
  })

  it('counts what shares the lane, not what goes beside it', () => {
    const other = waiting(6_000, { kind: 'remark.set' })
    const paces = [marks, { kind: 'remark.set', busyMs: 640, calls: [] }]
    expect(etaOf([waiting(6_000), other], {}, { paces })[0]?.doneInMs).toBe(3 * MINUTE_MS)
    expect(etaOf([waiting(6_000), { ...other, lane: 'campaign' }], {}, { paces })[0]?.doneInMs).toBe(MINUTE_MS)
  })

  it('is assumed, and says so, for a kind that nobody has seen yet', () => {
    expect(etaOf([waiting(640, { kind: 'new.kind' })])[0]).toMatchObject({ isKnown: false, doneInMs: 10_000 })
  })
})
