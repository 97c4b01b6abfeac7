import { expect, it } from 'vitest'
import type { EventRow } from './event-queue.ts'
import { customerOf, wavesOf } from './waves.ts'

/** `added:A` is an event of kind `added` about customer A, `left` one about nobody. */
const waves = (...events: string[]): string[] =>
  wavesOf(
    events.map((event) => {
      const [kind = '', customer] = event.split(':')
      return {
        event,
        row: { kind } as EventRow,
        payload: customer === undefined ? {} : { externalUserId: customer },
      }
    }),
  ).map((wave) => wave.map(({ event }) => event).join(' '))

it.each([
  [['added:A', 'added:B', 'added:C'], ['added:A added:B added:C']],
  // Of one customer each waits for the one before it, whatever its kind.
  [
    ['added:A', 'lost:A', 'added:A'],
    ['added:A', 'lost:A', 'added:A'],
  ],
  [
    ['added:A', 'tagged:A', 'added:B', 'tagged:B'],
    ['added:A added:B', 'tagged:A tagged:B'],
  ],
  [
    ['added:A', 'tagged:B', 'added:B'],
    ['added:A', 'tagged:B', 'added:B'],
  ],
  // Nothing overtakes what is about nobody in particular.
  [
    ['added:A', 'left', 'added:B', 'left', 'left'],
    ['added:A', 'left', 'added:B', 'left', 'left'],
  ],
  [[], []],
])('%j are handled as %j', (events, expected) => {
  expect(waves(...events)).toEqual(expected)
})

it.each([
  [{ externalUserId: 'A' }, 'A'],
  [{ ExternalUserID: 'A' }, 'A'],
  [{ externalUserId: 7 }, undefined],
  [{ userId: 'zhangsan' }, undefined],
  [null, undefined],
  ['A', undefined],
])('%j is about %s', (payload, customer) => expect(customerOf(payload)).toBe(customer))

it("takes WeCom's own name for a customer, too", () => {
  const told = ['A', 'B'].map((id) => ({ row: { kind: 'k' } as EventRow, payload: { ExternalUserID: id } }))
  expect(wavesOf(told)).toHaveLength(1)
})
