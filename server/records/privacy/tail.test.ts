import { expect, it } from 'vitest'
import type { ReadTx } from '../../core/db/tx.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { createTail } from './tail.ts'

const tx = {} as ReadTx

/** A table whose answers are given by hand. */
function openTail() {
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const taken: number[] = []
  const asked: { afterId: number; answer: (ids: number[]) => void; fail: (error: Error) => void }[] = []
  const refresh = createTail({
    clock,
    read: (_tx, afterId) =>
      new Promise<{ id: number }[]>((resolve, fail) => {
        asked.push({ afterId, answer: (ids) => resolve(ids.map((id) => ({ id }))), fail })
      }),
    take: ({ id }) => taken.push(id),
  })
  return { clock, taken, asked, refresh: () => refresh(tx) }
}

it('who asks while somebody looks goes on when it is known, and nobody looks twice', async () => {
  const { taken, asked, refresh } = openTail()
  const seen: number[][] = []
  const both = [refresh(), refresh()].map((one) => one.then(() => seen.push([...taken])))
  asked[0]?.answer([1, 2])
  await Promise.all(both)
  expect(seen).toEqual([
    [1, 2],
    [1, 2],
  ])
  await refresh()
  expect(asked).toHaveLength(1)
})

it('looks again after a second, and at once after a look that failed', async () => {
  const { clock, taken, asked, refresh } = openTail()
  const failed = refresh()
  asked[0]?.fail(new Error('gone'))
  await expect(failed).rejects.toThrow('gone')
  const first = refresh()
  asked[1]?.answer([1])
  await first
  clock.advance(SECOND_MS)
  const second = refresh()
  asked[2]?.answer([2])
  await second
  expect(taken).toEqual([1, 2])
})
