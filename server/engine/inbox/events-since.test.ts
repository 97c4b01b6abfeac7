import Type from 'typebox'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { set, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { EMPTIED } from '../emptied.ts'
import { createEmit } from './emit.ts'
import { defineEvent } from './event-kind.ts'
import { INBOUND_EVENT as E } from './event-tables.ts'
import { eventsSince } from './events-since.ts'

const Wanted = defineEvent('test.wanted', Type.Object({ n: Type.Integer() }))
const Other = defineEvent('test.other', Type.Object({ n: Type.Integer() }))

let kit: TestKit
let beganAtMs: number
beforeEach(async () => {
  kit = await createTestKit()
  const emit = createEmit({ clock: kit.clock, nudge: () => undefined })
  beganAtMs = kit.clock.now()
  for (const [kind, n] of [
    [Wanted, 1],
    [Other, 2],
    [Wanted, 3],
    [Wanted, 4],
    [Wanted, 5],
  ] as const) {
    const atMs = beganAtMs - n
    await kit.db.tx((tx) => emit(tx, kind, { key: String(n), payload: { n }, atMs }))
    kit.clock.advance(1_000)
  }
})
afterEach(() => kit.close())

const found = async (receivedAtMs: number, id: number, limit: number) =>
  kit.db.tx((tx) => eventsSince(tx, Wanted, { behind: { receivedAtMs, id }, limit }))

it('gives the events of the kind, in the order of their coming, with when each happened', async () => {
  expect((await found(0, 0, 10)).map(({ eventAtMs, payload }) => [payload.n, beganAtMs - eventAtMs])).toEqual([
    [1, 1],
    [3, 3],
    [4, 4],
    [5, 5],
  ])
})

it('none that came in before the instant, none up to the given one, and no more than are asked for', async () => {
  const numbers = async (...asked: Parameters<typeof found>) => (await found(...asked)).map(({ payload }) => payload.n)
  expect(await numbers(beganAtMs + 2_000, 0, 10)).toEqual([3, 4, 5])
  expect(await numbers(beganAtMs + 2_001, 0, 10)).toEqual([4, 5])
  const [, third] = await found(0, 0, 10)
  expect(await numbers(third?.receivedAtMs ?? 0, third?.id ?? 0, 10)).toEqual([4, 5])
  expect(await numbers(0, 0, 2)).toEqual([1, 3])
})

it('goes on behind an event of several that came at the same instant', async () => {
  await kit.db.tx((tx) => tx.run(sql`UPDATE ${E} SET ${set(E, { received_at: beganAtMs })}`))
  const all = await found(beganAtMs, 0, 10)
  expect(all.map(({ payload }) => payload.n)).toEqual([1, 3, 4, 5])
  expect((await found(beganAtMs, all[1]?.id ?? 0, 10)).map(({ payload }) => payload.n)).toEqual([4, 5])
})

it('none whose content is no longer kept', async () => {
  await kit.db.tx((tx) =>
    tx.run(sql`UPDATE ${E} SET ${set(E, { payload: EMPTIED })} WHERE ${E.dedupe_key} = 'test.wanted:3'`),
  )
  expect((await found(0, 0, 10)).map(({ payload }) => payload.n)).toEqual([1, 4, 5])
})
