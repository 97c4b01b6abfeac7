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
  more: { paces?: Pace[]; processes?: number } = {},
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
    expect(etaOf([waiting(900)], minute(1_000, 500))[0]).toMatchObject({ boundBy: 'limit' })
  })

  it('begins when a block ends, and is not before the last is due', () => {
    expect(etaOf([waiting(600)], { closedUntilMs: NOW + MINUTE_MS })[0]).toMatchObject({
      boundBy: 'block',
      doneInMs: MINUTE_MS + 6_000,
    })
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
