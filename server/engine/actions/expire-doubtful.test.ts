import Type from 'typebox'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, set, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { defineAction } from './action-kind.ts'
import { ACTION } from './action-tables.ts'
import { expireDoubtful } from './expire-doubtful.ts'
import { createOutbox } from './outbox.ts'

const Payload = Type.Object({})
const Send = defineAction('test.send', 'event', Payload)
const Ask = defineAction('test.ask', 'event', Payload)
const Other = defineAction('test.other', 'event', Payload)

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

it('what was due by then of these kinds, waiting or begun, is over for whoever claims it next; says how many of each', async () => {
  const untilMs = kit.clock.now()
  const outbox = createOutbox({ clock: kit.clock, nudge: () => undefined })
  await kit.db.tx(async (tx) => {
    const ask = { payload: {}, reason: { text: '测试' }, dueAtMs: untilMs }
    for (const key of ['waits', 'runs', 'done', 'later']) {
      await outbox.enqueue(tx, Send, { ...ask, key, ...(key === 'later' ? { dueAtMs: untilMs + 1 } : {}) })
    }
    await outbox.enqueue(tx, Ask, { ...ask, key: 'ask' })
    await outbox.enqueue(tx, Other, { ...ask, key: 'other' })
    for (const [key, state] of [
      ['runs', 'running'],
      ['done', 'done'],
    ] as const) {
      const begun = set(ACTION, { state, lease_by: 'one', lease_until: untilMs })
      await tx.run(sql`UPDATE ${ACTION} SET ${begun} WHERE ${ACTION.dedupe_key} = ${key}`)
    }
  })
  const end = () => kit.db.tx((tx) => expireDoubtful(tx, [Send, Ask], { untilMs, why: '恢复' }))
  expect((await end()).sort((a, b) => a.kind.localeCompare(b.kind))).toEqual([
    { kind: 'test.ask', actions: 1 },
    { kind: 'test.send', actions: 2 },
  ])
  const rows = await kit.db.tx((tx) =>
    tx.rows(
      sql`SELECT ${pick(ACTION, 'dedupe_key', 'state', 'last_error', 'last_code', 'expires_at', 'lease_by', 'may_have_happened')}
          FROM ${ACTION} ORDER BY ${ACTION.id}`,
    ),
  )
  const ended = ['waiting', '恢复', 'action.put-back', untilMs, null, 1]
  expect(
    rows.map((row) => [
      row.dedupe_key,
      row.state,
      row.last_error,
      row.last_code,
      row.expires_at,
      row.lease_by,
      row.may_have_happened,
    ]),
  ).toEqual([
    ['waits', ...ended],
    ['runs', ...ended],
    ['done', 'done', null, null, null, 'one', 0],
    ['later', 'waiting', null, null, null, null, 0],
    ['ask', ...ended],
    ['other', 'waiting', null, null, null, null, 0],
  ])
  expect(await end()).toEqual([])
})
