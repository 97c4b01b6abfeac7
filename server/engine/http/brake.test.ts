import { expect, test } from 'vitest'
import { createBrake } from './brake.ts'

function open(options: { burst: number; perSecond: number }) {
  let now = 0
  const brake = createBrake({ ...options, nowMs: () => now })
  return {
    brake,
    wait: (ms: number) => {
      now += ms
    },
    granted: (caller: string, tries: number) =>
      Array.from({ length: tries }, () => brake.take(caller)).filter(Boolean).length,
  }
}

test('a burst, then so much a second, never more than a burst saved up', () => {
  const { granted, wait } = open({ burst: 5, perSecond: 2 })
  expect(granted('a', 9)).toBe(5)
  wait(499)
  expect(granted('a', 9)).toBe(0)
  wait(1)
  expect(granted('a', 9)).toBe(1)
  wait(60_000)
  expect(granted('a', 9)).toBe(5)
})

test('nobody pays for another', () => {
  const { granted } = open({ burst: 5, perSecond: 2 })
  granted('a', 100)
  expect(granted('b', 9)).toBe(5)
})

test('a flood from everywhere fills no memory, and those who were there before are served on', () => {
  const { brake, granted, wait } = open({ burst: 5, perSecond: 2 })
  granted('known', 1)
  for (let one = 0; one < 50_000; one++) brake.take(`flood ${one}`)
  expect(brake.callers()).toBeLessThanOrEqual(20_001)
  expect(granted('known', 9)).toBe(4)
  wait(10_000)
  expect(granted('new after it', 9)).toBe(5)
})
