import Type from 'typebox'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createEmit } from './emit.ts'
import { defineEvent } from './event-kind.ts'
import { INBOUND_EVENT as E } from './event-tables.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const Payload = Type.Object({ n: Type.Number() })
const Hello = defineEvent('test.hello', Payload, { lane: 'welcome' })
const Other = defineEvent('test.other', Payload)

it('an event of ours is stored once, in the lane of its kind, and only that lane is woken, once it is committed', async () => {
  const nudged: string[] = []
  const emit = createEmit({ clock: kit.clock, nudge: (lane) => void nudged.push(lane) })
  const now = kit.clock.now()
  await kit.db.tx(async (tx) => {
    await emit(tx, Other, { key: 'a', payload: { n: 1 }, atMs: now - 5 })
    await emit(tx, Hello, { key: 'a', payload: { n: 2 } })
    expect(nudged).toEqual([])
  })
  expect(nudged).toEqual(['normal', 'welcome'])
  await kit.db.tx((tx) => emit(tx, Other, { key: 'a', payload: { n: 3 } }))
  const stored = await kit.db.tx((tx) =>
    tx.rows(sql`SELECT ${pick(E, 'dedupe_key', 'lane', 'payload', 'event_at', 'due_at')} FROM ${E} ORDER BY ${E.id}`),
  )
  expect(stored).toEqual([
    { dedupe_key: 'test.other:a', lane: 1, payload: '{"n":1}', event_at: now - 5, due_at: now },
    { dedupe_key: 'test.hello:a', lane: 0, payload: '{"n":2}', event_at: now, due_at: now },
  ])
})
