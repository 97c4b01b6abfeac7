import { describe, expect, it } from 'vitest'
import { createRateLimits } from './rate-limits.ts'

const HOUR_MS = 3_600_000
const START = Date.parse('2026-03-01T09:00:00+08:00')

/** How many of `tries` calls, evenly spread over `spanMs`, may go. */
function gone(path: string, tries: number, spanMs: number): number {
  const limits = createRateLimits()
  let count = 0
  for (let i = 0; i < tries; i += 1) if (limits.take(path, START + (i * spanMs) / tries) === 0) count += 1
  return count
}

describe('documented limits', () => {
  it.each([
    ['any endpoint, a minute', '/cgi-bin/externalcontact/get', 10_100, 60_000, 10_000],
    ['any endpoint, an hour', '/cgi-bin/externalcontact/get', 160_000, HOUR_MS, 150_000],
    ['corp tickets, an hour', '/cgi-bin/get_jsapi_ticket', 500, HOUR_MS, 400],
    ['app tickets, an hour', '/cgi-bin/ticket/get', 500, HOUR_MS, 100],
    ['temporary files, a minute', '/cgi-bin/media/upload', 6_000, 60_000, 5_000],
    ['permanent pictures, a day', '/cgi-bin/media/uploadimg', 1_100, 24 * HOUR_MS, 1_000],
    ['permanent pictures, a month', '/cgi-bin/media/uploadimg', 3_300, 30 * 24 * HOUR_MS, 3_000],
  ])('%s', (_name, path, tries, spanMs, most) => {
    expect(gone(path, tries, spanMs)).toBe(most)
  })

  it('one endpoint used up does not stop another', () => {
    const limits = createRateLimits({ perMinute: 1 })
    expect(limits.take('/a', START)).toBe(0)
    expect(limits.take('/a', START)).toBeGreaterThan(0)
    expect(limits.take('/b', START)).toBe(0)
  })

  it('what may not go is not counted', () => {
    const limits = createRateLimits({ perMinute: 1 })
    limits.take('/a', START)
    for (let i = 0; i < 100; i += 1) limits.take('/a', START + 30_000 + i)
    expect(limits.take('/a', START + 61_000)).toBe(0)
  })
})

describe('calls at once', () => {
  it('welcomes have 32, all others 4', () => {
    const limits = createRateLimits()
    const entered = (path: string): number => {
      let count = 0
      while (count < 100 && limits.enter(path, START)) count += 1
      return count
    }
    expect(entered('/cgi-bin/externalcontact/send_welcome_msg')).toBe(32)
    expect(entered('/cgi-bin/externalcontact/mark_tag')).toBe(4)
  })

  it('never fall below one', () => {
    const limits = createRateLimits()
    for (let i = 0; i < 5; i += 1) limits.learn('/a', 45033, START)
    expect(limits.enter('/a', START)).toBe(true)
    expect(limits.enter('/a', START)).toBe(false)
  })
})
