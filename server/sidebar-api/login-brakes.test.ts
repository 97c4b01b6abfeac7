import { expect, it } from 'vitest'
import { createSettableClock } from '../core/kernel/clock.ts'
import { createLoginBrakes } from './login-brakes.ts'

it('a flood of logins that ask at once gets a hundred calls and ten a second, and takes none from those that people began before', () => {
  const clock = createSettableClock('2026-11-20T10:00:00+08:00')
  let nowMs = 0
  const brakes = createLoginBrakes(clock, { nowMs: () => nowMs })
  let nth = 0
  const ask = (count: number, begunAgoMs: number): number =>
    Array.from({ length: count }, () =>
      brakes.mayAsk({ state: `s${nth++}`, begunAtMs: clock.now() - begunAgoMs }),
    ).filter(Boolean).length
  expect([ask(300, 0), ask(100, 499)]).toEqual([100, 0])
  expect(ask(50, 500)).toBe(50)
  nowMs += 1_000
  expect(ask(300, 0)).toBe(10)
})

it('each login asks once, and an address begins sixty and then five a second', () => {
  const clock = createSettableClock('2026-11-20T10:00:00+08:00')
  let nowMs = 0
  const brakes = createLoginBrakes(clock, { nowMs: () => nowMs })
  const login = { state: 'one', begunAtMs: clock.now() }
  expect([brakes.mayAsk(login), brakes.mayAsk(login)]).toEqual([true, false])
  const begin = (address: string): number =>
    Array.from({ length: 100 }, () => brakes.mayBegin(address)).filter(Boolean).length
  expect([begin('a'), begin('b')]).toEqual([60, 60])
  nowMs += 1_000
  expect(begin('a')).toBe(5)
})
