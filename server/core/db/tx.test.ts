import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { JOB_RUN } from '../../engine/jobs/job-tables.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import type { NewRowOf } from './define-table.ts'
import { count, number, pick, select, sql } from './sql.ts'

let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit()
})
beforeEach(() => kit.db.tx((tx) => tx.run(sql`DELETE FROM ${INBOUND_EVENT}`)))
afterAll(() => kit.close())

const event = (dedupeKey: string): NewRowOf<typeof INBOUND_EVENT> => ({
  dedupe_key: dedupeKey,
  kind: 'k',
  lane: 0,
  payload: '{}',
  event_at: 1,
  received_at: 1,
  state: 'new',
  due_at: 0,
})
const keys = () =>
  kit.db.tx((tx) =>
    tx.rows(sql`SELECT ${pick(INBOUND_EVENT, 'dedupe_key')} FROM ${INBOUND_EVENT} ORDER BY ${INBOUND_EVENT.id}`),
  )

it('tells how many were new, one by one and together, and leaves the known ones as they are', async () => {
  expect(await kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [event('a')]))).toBe(1)
  expect(await kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [{ ...event('a'), kind: 'other' }]))).toBe(0)
  expect(
    await kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [event('a'), event('b'), event('c'), event('b')])),
  ).toBe(2)
  expect(await keys()).toEqual([{ dedupe_key: 'a' }, { dedupe_key: 'b' }, { dedupe_key: 'c' }])
  const kinds = await kit.db.tx((tx) =>
    tx.row(
      sql`SELECT ${select({ n: count(), top: number(sql`SUM(${INBOUND_EVENT.event_at})`) })} FROM ${INBOUND_EVENT} WHERE ${INBOUND_EVENT.kind} = 'k'`,
    ),
  )
  expect(kinds).toEqual({ n: 3, top: 3 })
})

it('a row is known by any of its keys, also by one that the database would choose', async () => {
  const add = (row: NewRowOf<typeof INBOUND_EVENT>) => kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [row]))
  expect(await add({ ...event('a'), id: 900 })).toBe(1)
  expect(await add({ ...event('b'), id: 900 })).toBe(0)
  expect(await add({ ...event('a'), id: 901 })).toBe(0)
  expect(await add({ ...event('b'), id: 901 })).toBe(1)
  expect(await keys()).toEqual([{ dedupe_key: 'a' }, { dedupe_key: 'b' }])
})

it.runIf(process.env.TEST_MYSQL_URL)(
  'who finds a row known and writes to it has it to himself: of many at once none is undone and done again',
  async () => {
    await kit.db.tx((tx) => tx.insertIgnore(JOB_RUN, [{ name: 'hot', next_at: 0 }]))
    let tries = 0
    const one = () =>
      kit.db.tx(async (tx) => {
        tries++
        expect(await tx.insertIgnore(JOB_RUN, [{ name: 'hot', next_at: 9 }])).toBe(0)
        // A round trip more, in which the others come as far as this.
        await tx.rows(sql`SELECT ${select({ n: count() })} FROM ${INBOUND_EVENT}`)
        await tx.run(
          sql`UPDATE ${JOB_RUN} SET ${JOB_RUN.next_at} = ${JOB_RUN.next_at} + 1 WHERE ${JOB_RUN.name} = 'hot'`,
        )
      })
    await Promise.all(Array.from({ length: 40 }, one))
    expect(tries).toBe(40)
    const row = await kit.db.tx((tx) =>
      tx.row(sql`SELECT ${pick(JOB_RUN, 'next_at')} FROM ${JOB_RUN} WHERE ${JOB_RUN.name} = 'hot'`),
    )
    expect(row).toEqual({ next_at: 40 })
  },
)

it('each row keeps what it says, also what the first one does not name', async () => {
  const rows = [event('a'), { ...event('b'), last_error: 'slow', attempts: 3 }, event('c')]
  const kept = () =>
    kit.db.tx((tx) =>
      tx.rows(
        sql`SELECT ${pick(INBOUND_EVENT, 'dedupe_key', 'attempts', 'last_error')} FROM ${INBOUND_EVENT} ORDER BY ${INBOUND_EVENT.id}`,
      ),
    )
  const expected = [
    { dedupe_key: 'a', attempts: 0, last_error: null },
    { dedupe_key: 'b', attempts: 3, last_error: 'slow' },
    { dedupe_key: 'c', attempts: 0, last_error: null },
  ]
  expect(await kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, rows))).toBe(3)
  expect(await kept()).toEqual(expected)
  await kit.db.tx((tx) => tx.run(sql`DELETE FROM ${INBOUND_EVENT}`))
  await kit.db.tx((tx) => tx.upsert(INBOUND_EVENT, rows, ['dedupe_key']))
  expect(await kept()).toEqual(expected)
})

it('a known key leaves the transaction as it was', async () => {
  await kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [event('a')]))
  await kit.db.tx(async (tx) => {
    await tx.insertIgnore(INBOUND_EVENT, [event('b')])
    await tx.insertIgnore(INBOUND_EVENT, [event('a')])
  })
  expect(await keys()).toHaveLength(2)
})

it('a key that is too long is refused, not cut to be another one', async () => {
  const long = 'x'.repeat(120)
  await kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [event(long)]))
  const refused = kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [event('b'), event(`${long}y`)]))
  await expect(refused).rejects.toMatchObject({
    code: 'db.too-long',
    message: 'inbound_event.dedupe_key takes 120 characters',
  })
  expect(await keys()).toEqual([{ dedupe_key: long }])
})

it('an emoji counts as one character, as it does on MySQL', async () => {
  expect(await kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [event('🥩'.repeat(120))]))).toBe(1)
  await expect(kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [event('🥩'.repeat(121))]))).rejects.toMatchObject({
    code: 'db.too-long',
  })
})

it('a null where none may be is refused, not made an empty text or left out', async () => {
  const nulled = { ...event('a'), kind: null as unknown as string }
  await expect(kit.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, [nulled]))).rejects.toMatchObject({
    code: 'db.is-null',
  })
  expect(await keys()).toEqual([])
})
