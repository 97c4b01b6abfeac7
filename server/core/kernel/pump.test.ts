import { expect, test } from 'vitest'
import { createPump } from './pump.ts'

test('works until there is nothing left, one step at a time, and again when nudged', async () => {
  let left = 3
  let underWay = 0
  const pump = createPump(
    async () => {
      underWay += 1
      expect(underWay).toBe(1)
      await Promise.resolve()
      underWay -= 1
      if (left === 0) return false
      left -= 1
      return true
    },
    (error) => expect(error).toBeUndefined(),
  )
  await pump.drained()
  expect(left).toBe(0)
  left = 2
  await pump.drained()
  expect(left).toBe(0)
})

test('an outage is told once, however often it is tried, and the next one again', async () => {
  const told: string[] = []
  let fault: string | undefined = 'away'
  const pump = createPump(
    async () => {
      if (fault !== undefined) throw new Error(fault)
      return false
    },
    (error) => told.push(String(error)),
  )
  for (let second = 0; second < 60; second++) await pump.drained()
  expect(told).toEqual(['Error: away'])
  fault = 'table is full'
  await pump.drained()
  fault = undefined
  await pump.drained()
  fault = 'away'
  await pump.drained()
  expect(told).toEqual(['Error: away', 'Error: table is full', 'Error: away'])
})

test('stopped, it ends its step and begins no other', async () => {
  let steps = 0
  const pump = createPump(
    async () => {
      steps += 1
      await Promise.resolve()
      return true
    },
    () => undefined,
  )
  pump.nudge()
  await Promise.resolve()
  await pump.stop()
  const done = steps
  pump.nudge()
  await Promise.resolve()
  expect([pump.busy(), steps]).toEqual([false, done])
})
