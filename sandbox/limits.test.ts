import { afterEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from './open-test-sandbox.ts'

let t: TestSandbox
afterEach(() => t.close())

it('blocks an endpoint beyond its calls a minute, and only that one', async () => {
  t = await openTestSandbox()
  t.sandbox.limits.perMinute = 2
  const codes = []
  for (let i = 0; i < 3; i++) codes.push((await t.get('user/get', { userid: 'lisi' })).errcode)
  expect(codes).toEqual([0, 0, 45009])
  expect((await t.get('department/list')).errcode).not.toBe(45009)
  t.clock.advance(60_000)
  expect((await t.get('user/get', { userid: 'lisi' })).errcode).toBe(0)
})

it('blocks for an hour beyond the calls an hour', async () => {
  t = await openTestSandbox()
  t.sandbox.limits.perHour = 1
  await t.get('user/get', { userid: 'lisi' })
  t.clock.advance(120_000)
  expect((await t.get('user/get', { userid: 'lisi' })).errcode).toBe(45009)
})

it('refuses calls beyond the concurrency', async () => {
  t = await openTestSandbox({ latencyMs: 30 })
  t.sandbox.limits.concurrency = 2
  const address = await t.address('user/get', { userid: 'lisi' })
  const answers = await Promise.all([1, 2, 3].map(async () => (await fetch(address)).json()))
  const codes = answers.map((answer) => (answer as { errcode: number }).errcode).sort()
  expect(codes).toEqual([0, 0, 45033])
})
