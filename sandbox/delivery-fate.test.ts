import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DeliveryMode } from './delivery-fate.ts'
import { openTestSandbox, type TestSandbox } from './open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const EVENTS = 400
const order = () => t.received.map(({ xml }) => Number(/wm(\d+)/.exec(xml)?.[1]))
/** Which of 400 adds arrived, in order of arrival. */
async function arrivals(mode: DeliveryMode): Promise<number[]> {
  t.sandbox.setDelivery(mode)
  t.received.length = 0
  t.sandbox.world.followsByUser.clear()
  for (let n = 0; n < EVENTS; n++) {
    await t.sandbox.scan({ userId: 'lisi', externalUserId: `wm${n}` })
    // So that what comes out of order was put out of order, not overtaken on another connection.
    await new Promise((resolve) => setImmediate(resolve))
  }
  await t.sandbox.settle()
  return order()
}

it('loses the given share for good, the same ones for the same seed', async () => {
  const lost = new Set(Array.from({ length: EVENTS }, (_, n) => n))
  const first = await arrivals({ drop: 0.05, seed: 4 })
  for (const n of first) lost.delete(n)
  expect(lost.size).toBeGreaterThan(EVENTS * 0.02)
  expect(lost.size).toBeLessThan(EVENTS * 0.09)
  const dropped = t.sandbox.callbackLog().filter((delivery) => delivery.dropped)
  expect(dropped.map(({ tries, delivered }) => [tries, delivered])).toEqual([...lost].map(() => [0, false]))
  const again = await arrivals({ drop: 0.05, seed: 4 })
  expect(new Set(again)).toEqual(new Set(first))
  expect(new Set(await arrivals({ drop: 0.05, seed: 5 }))).not.toEqual(new Set(first))
}, 30_000)

it('delivers the given share twice, and nothing less than once', async () => {
  const all = await arrivals({ duplicate: 0.1 })
  expect(new Set(all).size).toBe(EVENTS)
  expect(all.length - EVENTS).toBeGreaterThan(EVENTS * 0.05)
  expect(all.length - EVENTS).toBeLessThan(EVENTS * 0.16)
}, 30_000)

it('lets many later events overtake the given share, and loses none', async () => {
  const all = await arrivals({ shuffle: 0.2, stretch: 200 })
  expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: EVENTS }, (_, n) => n))
  const farthest = Math.max(...all.map((n, place) => place - n))
  expect(farthest).toBeGreaterThan(50)
}, 30_000)

it('holds late ones back until the clock has come that far', async () => {
  t.sandbox.setDelivery({ delay: 1, delayMs: 60_000 })
  for (let n = 0; n < 10; n++) await t.sandbox.scan({ userId: 'lisi', externalUserId: `wm${n}` })
  await t.sandbox.settle()
  expect(t.received).toEqual([])
  t.clock.advance(30_000)
  await t.sandbox.settle()
  const halfway = t.received.length
  expect(halfway).toBeGreaterThan(0)
  expect(halfway).toBeLessThan(10)
  await t.sandbox.moveClock({ ms: 30_000 })
  expect(t.received).toHaveLength(10)
})
