import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createAccept } from './accept.ts'
import { INBOUND_EVENT } from './event-tables.ts'

let kit: TestKit
let nudged: string[]
beforeEach(async () => {
  kit = await createTestKit()
  nudged = []
})
afterEach(() => kit.close())

const acceptHere = () =>
  createAccept({
    db: kit.db,
    clock: kit.clock,
    nudge: (lane) => nudged.push(lane),
    isHandled: (kind) => kind !== 'unheard',
  })
const event = (dedupeKey: string, more: { kind?: string; lane?: 'welcome' | 'normal' } = {}) => ({
  kind: 'k',
  dedupeKey,
  lane: 'normal' as const,
  eventAtMs: 1,
  payload: {},
  ...more,
})
const stored = () =>
  kit.db.tx((tx) =>
    tx.rows(
      sql`SELECT ${pick(INBOUND_EVENT, 'dedupe_key', 'lane', 'state')} FROM ${INBOUND_EVENT} ORDER BY ${INBOUND_EVENT.id}`,
    ),
  )

it('an event that does not fit is refused alone; those that share its commit are stored', async () => {
  const accept = acceptHere()
  const ends = await Promise.allSettled(['a', 'x'.repeat(121), 'b'].map((key) => accept(event(key))))
  expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect((await stored()).map((row) => row.dedupe_key)).toEqual(['a', 'b'])
})

it('wakes each lane once in which something that is listened to was stored, and no other', async () => {
  const accept = acceptHere()
  await accept(event('n1', { kind: 'unheard' }))
  expect(nudged).toEqual([])
  await Promise.all([
    accept(event('n2')),
    accept(event('w1', { kind: 'unheard', lane: 'welcome' })),
    accept(event('n3')),
  ])
  expect(nudged).toEqual(['normal'])
  await accept(event('w2', { lane: 'welcome' }))
  expect(nudged).toEqual(['normal', 'welcome'])
  expect(await stored()).toEqual([
    { dedupe_key: 'n1', lane: 1, state: 'kept' },
    { dedupe_key: 'n2', lane: 1, state: 'new' },
    { dedupe_key: 'w1', lane: 0, state: 'kept' },
    { dedupe_key: 'n3', lane: 1, state: 'new' },
    { dedupe_key: 'w2', lane: 0, state: 'new' },
  ])
})

it('stores what arrives at once in one statement, at most five hundred of them, and is idle once all is stored', async () => {
  const accept = acceptHere()
  expect(accept.idle()).toBe(true)
  const keys = Array.from({ length: 501 }, (_, n) => `k${n}`)
  const { total } = await countStatements(kit.db, async () => {
    const all = keys.map((key) => accept(event(key)))
    expect(accept.idle()).toBe(false)
    await all[0]
    expect(accept.idle()).toBe(false)
    await Promise.all(all)
  })
  expect(total).toBe(2)
  expect((await stored()).map((row) => row.dedupe_key)).toEqual(keys)
  await new Promise((resolve) => setImmediate(resolve))
  expect(accept.idle()).toBe(true)
})
