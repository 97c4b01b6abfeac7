import Type from 'typebox'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, set, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { EMPTIED } from '../emptied.ts'
import { createEmit } from './emit.ts'
import { defineEvent } from './event-kind.ts'
import { INBOUND_EVENT as E } from './event-tables.ts'
import { storedEvents } from './stored-events.ts'

const Noted = defineEvent('test.noted', Type.Object({}))

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
  const emit = createEmit({ clock: kit.clock, nudge: () => undefined })
  const handled = { state: 'done', attempts: 3, done_subscriptions: '["a"]', last_error: 'boom' } as const
  await kit.db.tx(async (tx) => {
    for (const key of ['done', 'waits', 'emptied', 'other']) await emit(tx, Noted, { key, payload: {} })
    await tx.run(sql`UPDATE ${E} SET ${set(E, handled)} WHERE ${E.dedupe_key} <> 'test.noted:waits'`)
    await tx.run(sql`UPDATE ${E} SET ${set(E, { payload: EMPTIED })} WHERE ${E.dedupe_key} = 'test.noted:emptied'`)
  })
  kit.clock.advance(1_000)
})
afterEach(() => kit.close())

const byKey = async (key: string) =>
  (
    await kit.db.tx((tx) =>
      tx.row(sql`SELECT ${pick(E, 'id')} FROM ${E} WHERE ${E.dedupe_key} = ${`test.noted:${key}`}`),
    )
  )?.id ?? 0
const look = async (key: string) => {
  const id = await byKey(key)
  const row = await kit.db.tx((tx) => storedEvents.byId(tx, id))
  return [row?.dedupe_key, row?.state, row?.attempts, row?.done_subscriptions, row?.last_error, row?.due_at]
}

it('handles one event from the beginning, and none that waits anyway, is emptied or is not there', async () => {
  const nowMs = kit.clock.now()
  const replay = async (key: string) => {
    const id = await byKey(key)
    return kit.db.tx((tx) => storedEvents.replay(tx, id, nowMs))
  }
  expect([await replay('done'), await replay('waits'), await replay('emptied')]).toEqual([true, false, false])
  expect(await kit.db.tx((tx) => storedEvents.replay(tx, 999_999, nowMs))).toBe(false)
  expect(await look('done')).toEqual(['test.noted:done', 'new', 0, null, null, nowMs])
  const asBefore = [3, '["a"]', 'boom', nowMs - 1_000]
  expect(await look('other')).toEqual(['test.noted:other', 'done', ...asBefore])
  expect(await look('emptied')).toEqual(['test.noted:emptied', 'done', ...asBefore])
  expect(await look('waits')).toEqual(['test.noted:waits', 'new', 0, null, null, nowMs - 1_000])
})
