import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { raw, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { createTestKit, type TestKit } from '../../../testing/test-kit.ts'
import { type Entry, type EntryEvent, entryStore } from './sop-entry.ts'

/** Of each statement: the row that it means, beside rows that differ from it in one thing only. */

let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit()
})
afterAll(() => kit.close())
beforeEach(() => kit.db.tx((tx) => tx.run(raw('DELETE FROM sop_entry'))))

const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => kit.db.tx(work)
const event = (id: number): EntryEvent => ({ id, kind: 'order.paid', atMs: id, receivedAtMs: id, payload: {} })

/** An entry named by its key; active, of wm1 in `care` with zhangsan, due at 100. */
async function enter(key: string, over: Partial<Entry> = {}): Promise<Entry> {
  const { sop = 'care', externalUserId = 'wm1', userId = 'zhangsan' } = over
  const common = { sop, externalUserId, userId, key, event: over.event, facts: { key }, version: 'v' }
  return run(async (tx) => {
    const entry = await entryStore.begin(tx, { ...common, heldOut: false, canary: false, nowMs: 100 })
    if (entry === undefined) throw new Error(`${key} was there before`)
    const kept = { ...entry, ...over }
    await entryStore.saveAll(tx, [kept])
    return kept
  })
}
const ENDED = { state: 'finished', endedAtMs: 90, dueAtMs: undefined } as const
const idsOf = (entries: Iterable<Entry>): number[] => [...entries].map(({ id }) => id)

it('enters once for each key', async () => {
  const [first, second] = [await enter('a'), await enter('b')]
  const again = { ...second, key: 'a', facts: {}, nowMs: 1 }
  expect(await run((tx) => entryStore.begin(tx, again))).toBeUndefined()
  expect(await run((tx) => entryStore.beginAll(tx, [again, { ...again, key: 'c' }]))).toBe(1)
  await enter('d', { externalUserId: 'wm2' })
  const [newest, ...others] = await run((tx) => entryStore.ofCustomer(tx, 'wm1'))
  expect(newest?.id).toBeGreaterThan(second.id)
  expect(idsOf(others)).toEqual([second.id, first.id])
})

it('knows the active ones of a customer, and those in some journeys', async () => {
  const [care, birthday] = [await enter('a'), await enter('b', { sop: 'birthday' })]
  await enter('c', ENDED)
  const other = await enter('d', { externalUserId: 'wm2' })
  expect(idsOf(await run((tx) => entryStore.activeOf(tx, 'wm1')))).toEqual([care.id, birthday.id])
  expect(idsOf(await run((tx) => entryStore.activeIn(tx, ['care'], ['wm1'])))).toEqual([care.id])
  expect(idsOf(await run((tx) => entryStore.activeIn(tx, ['care'], ['wm1', 'wm2'])))).toEqual([care.id, other.id])
})

it('knows which of some have not ended', async () => {
  const [active, ended] = [await enter('a'), await enter('b', ENDED)]
  await enter('c')
  expect(await run((tx) => entryStore.stillActive(tx, [active.id, ended.id]))).toEqual(new Set([active.id]))
})

it.each<[what: string, meanwhile: Partial<Entry> & { at?: string }]>([
  ['has gone on', { position: '1' }],
  ['waits for longer', { dueAtMs: 101 }],
  ['waits for nothing any more', { dueAtMs: undefined }],
  ['waits for another event', { waitingEvent: 'order.paid' }],
  ['waits for no event', { waitingEvent: undefined }],
  ['has ended', ENDED],
  ['goes on under another version', { version: 'w' }],
])('of an entry that %s since it was read, nothing is done', async (_what, meanwhile) => {
  const read = await enter('a', { dueAtMs: 100, waitingEvent: 'customer.replied' })
  await run(async (tx) => {
    const now = { ...read, ...meanwhile }
    await tx.run(
      sql`UPDATE sop_entry SET state = ${now.state}, version = ${now.version}, position = ${now.position},
            due_at = ${now.dueAtMs ?? null}, waiting_event = ${now.waitingEvent ?? null} WHERE id = ${read.id}`,
    )
  })
  await expect(run((tx) => entryStore.take(tx, read, 100))).rejects.toMatchObject({
    code: 'db.taken-meanwhile',
  })
})

it.each([
  ['an event', { dueAtMs: 100, waitingEvent: 'customer.replied' }],
  ['a time', { dueAtMs: 100 }],
  ['nothing', { dueAtMs: undefined }],
] as const)('an entry that waits for %s is taken once as it was read', async (_what, over) => {
  const read = await enter('a', over)
  await run((tx) => entryStore.take(tx, read, 100))
  await expect(run((tx) => entryStore.take(tx, read, 100))).rejects.toMatchObject({ code: 'db.taken-meanwhile' })
})

it('takes those who are due at this instant or before, the earliest first', async () => {
  const now = await enter('a', { dueAtMs: 100 })
  const before = await enter('b', { dueAtMs: 99 })
  await enter('c', { dueAtMs: 101 })
  await enter('d', { ...ENDED, dueAtMs: 99 })
  expect(idsOf(await run((tx) => entryStore.takeDue(tx, 100, 1)))).toEqual([before.id])
  expect(idsOf(await run((tx) => entryStore.takeDue(tx, 100, 9)))).toEqual([now.id])
  // What was taken and left as it was, a minute later.
  expect(idsOf(await run((tx) => entryStore.takeDue(tx, 60_099, 9)))).not.toContain(now.id)
  expect(idsOf(await run((tx) => entryStore.takeDue(tx, 60_100, 9)))).toContain(now.id)
})

it('knows the last time of each customer in one journey, ended or not', async () => {
  await enter('a')
  const last = await enter('b', ENDED)
  await enter('c', { sop: 'birthday' })
  const other = await enter('d', { externalUserId: 'wm2' })
  const latest = await run((tx) => entryStore.latest(tx, 'care', ['wm1', 'wm2', 'wm3']))
  expect([...latest].map(([id, entry]) => [id, entry.id])).toEqual([
    ['wm1', last.id],
    ['wm2', other.id],
  ])
  // Of one customer it asks otherwise.
  expect((await run((tx) => entryStore.latest(tx, 'care', ['wm1']))).get('wm1')?.id).toBe(last.id)
  expect(await run((tx) => entryStore.latest(tx, 'care', ['wm3']))).toEqual(new Map())
})

it('knows the very event that let a customer into a journey', async () => {
  await enter('a', { ...ENDED, event: event(7) })
  await enter('b', { event: event(8) })
  const was = (sop: string, id: string, eventId: number) => run((tx) => entryStore.wasBegunBy(tx, sop, id, eventId))
  expect(await was('care', 'wm1', 7)).toBe(true)
  expect([await was('birthday', 'wm1', 7), await was('care', 'wm2', 7), await was('care', 'wm1', 9)]).toEqual([
    false,
    false,
    false,
  ])
})

it('passes what a customer is in the middle of to their new guide, and nothing else', async () => {
  await enter('a')
  await enter('b', ENDED)
  await enter('c', { externalUserId: 'wm2' })
  await enter('d', { userId: 'lisi' })
  await run((tx) => entryStore.handOver(tx, 'wm1', 'zhangsan', 'wangwu'))
  const guides = () => run((tx) => tx.rows(raw('SELECT entry_key, userid FROM sop_entry ORDER BY id')))
  const of = (a: string, b: string, c: string, d: string) =>
    Object.entries({ a, b, c, d }).map(([entry_key, userid]) => ({ entry_key, userid }))
  expect(await guides()).toEqual(of('wangwu', 'zhangsan', 'zhangsan', 'lisi'))
  await run((tx) => entryStore.renameGuide(tx, 'zhangsan', 'zhangsan2'))
  expect(await guides()).toEqual(of('wangwu', 'zhangsan', 'zhangsan2', 'lisi'))
})

it('saves those that stand alike and those that do not, each as they stand; a fault is over with that', async () => {
  const [a, b, c] = [await enter('a'), await enter('b'), await enter('c')]
  await run((tx) => entryStore.postpone(tx, a.id, 500, 'a fault'))
  await run((tx) => entryStore.postpone(tx, c.id, 500, 'a fault'))
  await run((tx) =>
    entryStore.saveAll(tx, [
      { ...a, position: '2' },
      { ...b, position: '3' },
    ]),
  )
  expect(
    await run((tx) => tx.rows(raw('SELECT position, due_at, attempts, last_error FROM sop_entry ORDER BY id'))),
  ).toEqual([
    { position: '2', due_at: 100, attempts: 0, last_error: null },
    { position: '3', due_at: 100, attempts: 0, last_error: null },
    { position: '0', due_at: 500, attempts: 1, last_error: 'a fault' },
  ])
})
