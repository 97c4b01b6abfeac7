import Type from 'typebox'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { all, set, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { type ActionState, defineAction, type Lane } from './action-kind.ts'
import { ACTION } from './action-tables.ts'
import { createOutbox, type Outbox } from './outbox.ts'

const Tag = defineAction('test.tag', 'event', Type.Object({ userId: Type.String() }))
const Note = defineAction('test.note', 'event', Type.Object({ userId: Type.String() }))
const reason = { text: '测试' }

let kit: TestKit
let outbox: Outbox
let nudged: Lane[]
beforeEach(async () => {
  kit = await createTestKit()
  nudged = []
  outbox = createOutbox({ clock: kit.clock, nudge: (lane) => nudged.push(lane) })
})
afterEach(() => kit.close())

const enqueue = (key: string, { kind = Tag, userId = 'zhangsan', dueAtMs = kit.clock.now() } = {}) =>
  kit.db.tx((tx) => outbox.enqueue(tx, kind, { key, payload: { userId }, userId, reason, dueAtMs }))
const setState = (key: string, state: ActionState) =>
  kit.db.tx((tx) => tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, { state })} WHERE ${ACTION.dedupe_key} = ${key}`))
const actions = () => kit.db.tx((tx) => tx.rows(sql`SELECT ${all(ACTION)} FROM ${ACTION} ORDER BY ${ACTION.id}`))
const keys = async (): Promise<string[]> => (await actions()).map((action) => action.dedupe_key)

it('wakes the runner for what is due, known or not, and for nothing else', async () => {
  await enqueue('later', { dueAtMs: kit.clock.now() + 1 })
  expect(nudged).toEqual([])
  await enqueue('now')
  await enqueue('now')
  expect(nudged).toEqual(['event', 'event'])
})

it('tells of many which are new, in their lane', async () => {
  await enqueue('known')
  nudged = []
  const one = (key: string, dueAtMs: number) => ({ key, payload: { userId: 'lisi' }, reason, dueAtMs })
  const later = kit.clock.now() + 1
  const add = (...found: string[]) =>
    kit.db.tx((tx) =>
      outbox.enqueueAll(
        tx,
        Tag,
        found.map((key) => one(key, later)),
      ),
    )
  expect(await add('known', 'a', 'b')).toEqual(new Set(['a', 'b']))
  expect(await add('a')).toEqual(new Set())
  expect(await add('c')).toEqual(new Set(['c']))
  expect(nudged).toEqual([])
  await kit.db.tx((tx) => outbox.enqueueAll(tx, Tag, [one('d', kit.clock.now()), one('e', later)]))
  expect(nudged).toEqual(['event'])
  expect(await keys()).toEqual(['known', 'a', 'b', 'c', 'd', 'e'])
  // One alone, and none.
  const alone = (key: string) => kit.db.tx((tx) => outbox.enqueueAll(tx, Tag, [one(key, kit.clock.now())]))
  expect([await alone('f'), await alone('f'), nudged]).toEqual([new Set(['f']), new Set(), ['event', 'event']])
  expect(await kit.db.tx((tx) => outbox.enqueueAll(tx, Tag, []))).toEqual(new Set())
})

it('takes back what nobody has begun, and no other', async () => {
  for (const key of ['waits', 'runs', 'other']) await enqueue(key)
  await setState('runs', 'running')
  const withdraw = (key: string) => kit.db.tx((tx) => outbox.withdraw(tx, key, '不用了'))
  expect([await withdraw('waits'), await withdraw('runs'), await withdraw('none')]).toEqual([true, false, false])
  expect((await actions()).map((action) => [action.state, action.last_error])).toEqual([
    ['failed', '不用了'],
    ['running', null],
    ['waiting', null],
  ])
})

it('forgets what is done of a kind under a prefix, which means itself', async () => {
  for (const key of ['send_1:a', 'send_1:b', 'sendX1:a', 'send_2:a']) await enqueue(key)
  await enqueue('send_1:note', { kind: Note })
  for (const key of ['send_1:a', 'sendX1:a', 'send_2:a', 'send_1:note']) await setState(key, 'done')
  await kit.db.tx((tx) => outbox.forgetDone(tx, [Tag], 'send_1:'))
  expect(await keys()).toEqual(['send_1:b', 'sendX1:a', 'send_2:a', 'send_1:note'])
})

it('does what is not done yet under a member’s new userid, and leaves what is over and what is another’s', async () => {
  for (const key of ['waits', 'runs', 'over']) await enqueue(key)
  await enqueue('other', { userId: 'lisi' })
  await setState('runs', 'running')
  await setState('over', 'done')
  await kit.db.tx((tx) => outbox.readdress(tx, 'zhangsan', 'zhangsan2'))
  expect((await actions()).map(({ dedupe_key, userid, payload }) => [dedupe_key, userid, JSON.parse(payload)])).toEqual(
    [
      ['waits', 'zhangsan2', { userId: 'zhangsan2' }],
      ['runs', 'zhangsan2', { userId: 'zhangsan2' }],
      ['over', 'zhangsan', { userId: 'zhangsan' }],
      ['other', 'lisi', { userId: 'lisi' }],
    ],
  )
})

it('however many wait, none is under the old userid when the transaction ends', async () => {
  const now = kit.clock.now()
  const rows = Array.from({ length: 1_201 }, (_, n) => ({
    ...{ dedupe_key: `k${n}`, kind: Tag.kind, lane: 1, payload: '{"userId":"zhangsan"}', reason: '{}' },
    ...{ userid: n === 7 ? 'lisi' : 'zhangsan', state: 'waiting' as const, due_at: now - n, created_at: now },
  }))
  await kit.db.tx((tx) => tx.insertIgnore(ACTION, rows))
  await kit.db.tx((tx) => outbox.readdress(tx, 'zhangsan', 'zhangsan2'))
  const counts = new Map<string | null, number>()
  for (const { userid } of await actions()) counts.set(userid, (counts.get(userid) ?? 0) + 1)
  expect(Object.fromEntries(counts)).toEqual({ lisi: 1, zhangsan2: 1_200 })
})
