import { expect, it } from 'vitest'
import { createStandstill } from './standstill.ts'

it('says for how long the process stood still, once, and nothing about ordinary seconds', () => {
  const said: unknown[] = []
  const tick = createStandstill({ warn: (fields: unknown) => said.push(fields) })

  for (const nowMs of [5_000, 6_000, 8_999, 21_000, 22_000, 25_000]) tick(nowMs)

  expect(said).toEqual([{ stoodStillMs: 12_001 }, { stoodStillMs: 3_000 }])
})
