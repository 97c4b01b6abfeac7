import { afterAll, beforeAll, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createAccept } from './accept.ts'
import { INBOUND_EVENT } from './event-tables.ts'

let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit()
})
afterAll(() => kit.close())

it('an event that does not fit is refused alone; those that share its commit are stored', async () => {
  const accept = createAccept({ db: kit.db, clock: kit.clock, nudge: () => undefined, isHandled: () => true })
  const event = (dedupeKey: string) => ({ kind: 'k', dedupeKey, lane: 'normal' as const, eventAtMs: 1, payload: {} })
  const ends = await Promise.allSettled(['a', 'x'.repeat(121), 'b'].map((key) => accept(event(key))))
  expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  const stored = await kit.db.tx((tx) =>
    tx.rows(sql`SELECT ${pick(INBOUND_EVENT, 'dedupe_key')} FROM ${INBOUND_EVENT} ORDER BY ${INBOUND_EVENT.id}`),
  )
  expect(stored).toEqual([{ dedupe_key: 'a' }, { dedupe_key: 'b' }])
})
