import { expect, test } from 'vitest'
import { createWorkLoop } from './work-loop.ts'

test('works until there is nothing left, one step at a time, and again when nudged', async () => {
  let left = 3
  let underWay = 0
  const loop = createWorkLoop(
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
  await loop.drained()
  expect(left).toBe(0)
  left = 2
  await loop.drained()
  expect(left).toBe(0)
})

test('an outage is told once, however often it is tried, and the next one again', async () => {
  const told: string[] = []
  let fault: string | undefined = 'away'
  const loop = createWorkLoop(
    async () => {
      if (fault !== undefined) throw new Error(fault)
      return false
    },
    (error) => told.push(String(error)),
  )
  for (let second = 0; second < 60; second++) await loop.drained()
  expect(told).toEqual(['Error: away'])
  fault = 'table is full'
  await loop.drained()
  fault = undefined
  await loop.drained()
  fault = 'away'
  await loop.drained()
  expect(told).toEqual(['Error: away', 'Error: table is full', 'Error: away'])
})

test('stopped, it ends its step and begins no other', async () => {
  let steps = 0
  const loop = createWorkLoop(
    async () => {
      steps += 1
      await Promise.resolve()
      return true
    },
    () => undefined,
  )
  loop.nudge()
  await Promise.resolve()
  await loop.stop()
  const done = steps
  loop.nudge()
  await Promise.resolve()
  expect([loop.busy(), steps]).toEqual([false, done])
})
