import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LANES, type Lane, perLane } from '../../../core/kernel/lane.ts'
import { noUse, roomFor, totalUse } from './lane-shares.ts'
import { createRateLimits } from './rate-limits.ts'

const HOUR_MS = 3_600_000
const START = Date.parse('2026-03-01T09:00:00+08:00')
const GET = '/cgi-bin/externalcontact/get'

/** How many of `tries` calls, evenly spread over `spanMs` and over the lanes, may go. */
async function gone(path: string, tries: number, spanMs: number, lanes: readonly Lane[] = LANES): Promise<number> {
  const limits = createRateLimits()
  let count = 0
  for (let i = 0; i < tries; i += 1) {
    const lane = lanes[i % lanes.length]
    if ((await limits.take(path, START + (i * spanMs) / tries, lane)) === 0) count += 1
  }
  return count
}

describe('documented limits', () => {
  it.each([
    ['any endpoint, a minute', GET, 20_000, 60_000, 10_000],
    ['any endpoint, an hour', GET, 300_000, HOUR_MS, 150_000],
    ['corp tickets, an hour', '/cgi-bin/get_jsapi_ticket', 800, HOUR_MS, 400],
    ['app tickets, an hour', '/cgi-bin/ticket/get', 200, HOUR_MS, 100],
    ['temporary files, a minute', '/cgi-bin/media/upload', 10_000, 60_000, 5_000],
    ['permanent pictures, a day', '/cgi-bin/media/uploadimg', 2_000, 24 * HOUR_MS, 1_000],
    ['permanent pictures, a month', '/cgi-bin/media/uploadimg', 6_000, 30 * 24 * HOUR_MS, 3_000],
  ])('%s: reached by all lanes together, never exceeded', async (_name, path, tries, spanMs, most) => {
    const count = await gone(path, tries, spanMs)
    expect(count).toBeLessThanOrEqual(most)
    expect(count).toBeGreaterThan(most * 0.97)
  })

  it('one endpoint used up does not stop another', async () => {
    const limits = createRateLimits({ perMinute: 1 })
    expect(await limits.take('/a', START)).toBe(0)
    expect(await limits.take('/a', START)).toBeGreaterThan(0)
    expect(await limits.take('/b', START)).toBe(0)
  })

  it('what may not go is not counted', async () => {
    const limits = createRateLimits({ perMinute: 1 })
    await limits.take('/a', START)
    for (let i = 0; i < 100; i += 1) await limits.take('/a', START + 30_000 + i)
    expect(await limits.take('/a', START + 61_000)).toBe(0)
  })
})

describe('lanes', () => {
  it('a campaign that takes all it gets leaves room for events, and both for welcomes', async () => {
    const limits = createRateLimits()
    const takeAll = async (lane: Lane): Promise<number> => {
      let count = 0
      while ((await limits.take(GET, START, lane)) === 0) count += 1
      return count
    }
    expect(await takeAll('campaign')).toBeLessThan(9_000)
    expect(await takeAll('event')).toBeGreaterThanOrEqual(500)
    expect(await takeAll('welcome')).toBe(500)
    expect(await takeAll('backfill')).toBe(100)
  })

  it('whatever they ask for: together never above the limit, and each always gets its own share', () => {
    const asks = fc.array(fc.tuple(fc.constantFrom(...LANES), fc.integer({ min: 1, max: 80 })), { maxLength: 60 })
    fc.assert(
      fc.property(asks, fc.integer({ min: 1, max: 1_000 }), (wishes, limit) => {
        const use = noUse()
        for (const [lane, wish] of wishes) use[lane] += Math.min(wish, roomFor(lane, use, limit))
        expect(totalUse(use)).toBeLessThanOrEqual(limit)
        const unserved = LANES.filter((lane) => use[lane] === 0)
        const owed = perLane((lane) =>
          Math.floor(limit * { welcome: 0.05, event: 0.03, campaign: 0.01, backfill: 0.01 }[lane]),
        )
        for (const lane of unserved) expect(roomFor(lane, use, limit)).toBeGreaterThanOrEqual(owed[lane])
      }),
    )
  })
})

describe('calls at once', () => {
  const entered = (path: string, lane: Lane, limits = createRateLimits()): number => {
    let count = 0
    while (count < 1_000 && limits.enter(path, lane, START)) count += 1
    return count
  }

  it('welcomes have 128, all others 4', () => {
    expect(entered('/cgi-bin/externalcontact/send_welcome_msg', 'welcome')).toBe(128)
    expect(entered('/cgi-bin/externalcontact/mark_tag', 'event')).toBe(4)
  })

  it('campaigns and backfills leave one of them to whoever cannot wait', () => {
    const limits = createRateLimits()
    expect(entered('/a', 'campaign', limits)).toBe(3)
    expect(entered('/a', 'backfill', limits)).toBe(0)
    expect(entered('/a', 'welcome', limits)).toBe(1)
  })

  it('never fall below one', () => {
    const limits = createRateLimits()
    for (let i = 0; i < 5; i += 1) limits.learn('/a', 45033, START + i * 1_000)
    expect(limits.enter('/a', 'backfill', START + 4_000)).toBe(true)
    expect(limits.enter('/a', 'welcome', START + 4_000)).toBe(false)
  })

  it('are halved once for all that are refused together, and again for who is refused after that', () => {
    const limits = createRateLimits()
    const welcome = '/cgi-bin/externalcontact/send_welcome_msg'
    const allowed = (atMs: number) => limits.paceOf(welcome, atMs).concurrency
    for (let i = 0; i < 100; i += 1) limits.learn(welcome, 45033, START + i * 9)
    expect(allowed(START + 999)).toBe(64)
    limits.learn(welcome, 45033, START + 1_000)
    expect(allowed(START + 1_000)).toBe(32)
  })
})

describe('a refusal earlier than documented', () => {
  it('lowers the limit to what WeCom let through, and it grows back by a tenth in ten minutes', async () => {
    const limits = createRateLimits()
    for (let i = 0; i < 2_000; i += 1) await limits.take(GET, START, 'event')
    limits.learn(GET, 45009, START)
    const perMinute = (minutes: number) => limits.paceOf(GET, START + minutes * 60_000).windows[0]?.limit
    expect([0, 9, 10, 25, 90].map(perMinute)).toEqual([1_800, 1_800, 2_800, 3_800, 10_000])
  })

  it('for a day’s limit closes the endpoint until midnight in Shanghai, for an hour’s one hour', async () => {
    const limits = createRateLimits()
    const upload = '/cgi-bin/media/uploadimg'
    for (let i = 0; i < 930; i += 1) await limits.take(upload, START, 'event')
    expect(limits.learn(upload, 45009, START)).toBe(15 * HOUR_MS)
    const ticket = '/cgi-bin/ticket/get'
    for (let i = 0; i < 92; i += 1) await limits.take(ticket, START, 'event')
    expect(limits.learn(ticket, 45009, START)).toBe(HOUR_MS)
  })
})
