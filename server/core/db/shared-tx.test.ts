import { afterEach, expect, it, vi } from 'vitest'
import { createSharedTx } from './shared-tx.ts'
import type { Tx } from './tx.ts'

afterEach(() => void vi.useRealTimers())

/** How many pieces of work each transaction took; time stands still. */
function open() {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const sizes: number[] = []
  const shared = createSharedTx({
    tx: async (work) => {
      sizes.push(1)
      const tx = {
        sideBySide: async (works: ((tx: Tx) => Promise<void>)[]) => {
          sizes[sizes.length - 1] = works.length
          for (const one of works) await one(tx as Tx)
        },
      }
      return work(tx as Tx)
    },
  })
  return { sizes, shared }
}
const idle = () => new Promise((resolve) => setImmediate(resolve))
const nothing = async (): Promise<void> => undefined

it('who was alone last time waits for nobody; where others came along, one waits for them again', async () => {
  const { sizes, shared } = open()
  const first = shared('a', nothing)
  expect(sizes).toEqual([])
  vi.advanceTimersByTime(10)
  await first
  await idle()
  // No time passes.
  await shared('b', nothing)
  await idle()
  await Promise.all([shared('c', nothing), shared('d', nothing)])
  expect(sizes).toEqual([1, 1, 2])
  await idle()
  const later = [shared('e', nothing)]
  await idle()
  later.push(shared('f', nothing))
  expect(sizes).toHaveLength(3)
  vi.advanceTimersByTime(10)
  await Promise.all(later)
  expect(sizes).toEqual([1, 1, 2, 2])
})

it('pieces about one customer go into one transaction, one after the other', async () => {
  const { sizes, shared } = open()
  const order: string[] = []
  const piece = (customer: string, name: string) =>
    shared(customer, async () => {
      order.push(`${name} begins`)
      await idle()
      order.push(`${name} ends`)
    })
  const both = [piece('a', 'first'), piece('a', 'second')]
  vi.advanceTimersByTime(10)
  await Promise.all(both)
  expect(sizes).toEqual([1])
  expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
})

it('who has landed by the time that the wait is over goes along, however late the machine looks', async () => {
  const { sizes, shared } = open()
  const all = [shared('a', nothing)]
  vi.advanceTimersByTime(10)
  // As answers do that came while others had the machine: each is heard in a turn of the loop of its own.
  setImmediate(() => {
    all.push(shared('b', nothing))
    setImmediate(() => all.push(shared('c', nothing)))
  })
  while (all.length < 3) await idle()
  await Promise.all(all)
  expect(sizes).toEqual([3])
})
