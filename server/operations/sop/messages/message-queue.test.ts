import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { raw } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { createTestKit, type TestKit } from '../../../testing/test-kit.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import { GATHER_MS, messageQueue } from './message-queue.ts'

/** Of each statement: the row that it means, beside rows that differ from it in one thing only. */

let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit()
})
afterAll(() => kit.close())
beforeEach(async () => {
  for (const table of ['sop_message', 'sop_entry']) await run((tx) => tx.run(raw(`DELETE FROM ${table}`)))
})

const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => kit.db.tx(work)

/** Somebody comes to the message step; the first of a round gives it its key. */
async function come(key: string, nowMs: number, over: Partial<Entry> = {}): Promise<Entry> {
  const { externalUserId = key, userId = 'zhangsan' } = over
  const base = { sop: 'care', version: 'v', externalUserId, userId, key, event: undefined, facts: {} }
  return run(async (tx) => {
    const entry = await entryStore.begin(tx, { ...base, heldOut: false, canary: false, nowMs })
    if (entry === undefined) throw new Error(`${key} was there before`)
    const standing = { ...entry, ...over }
    await messageQueue.add(tx, standing, key, nowMs)
    return standing
  })
}
const due = async (nowMs: number, limit = 9) =>
  (await run((tx) => messageQueue.dueRound(tx, nowMs, limit))).map((one) => [one.batchKey, one.externalUserId])
const stateOf = async (id: string): Promise<unknown> =>
  (await run((tx) => tx.row(raw<{ state: string }>('SELECT state FROM sop_message WHERE external_userid = ?', [id]))))
    ?.state

it('those of one step and guide share a round until it closes; nobody else does', async () => {
  await come('a', 0)
  await come('b', GATHER_MS - 1)
  await come('late', GATHER_MS)
  await come('step', 1, { position: '3' })
  await come('version', 1, { version: 'w' })
  await come('guide', 1, { userId: 'lisi' })
  await come('sop', 1, { sop: 'birthday' })
  expect(await due(GATHER_MS - 1)).toEqual([])
  expect(await due(GATHER_MS)).toEqual([
    ['a', 'a'],
    ['a', 'b'],
  ])
  expect(await due(GATHER_MS, 1)).toEqual([['a', 'a']])
})

it('who was handed over or withdrawn waits no more, and a closed round is joined by nobody', async () => {
  const first = await come('a', 0)
  await come('b', 0)
  const [one] = await run((tx) => messageQueue.dueRound(tx, GATHER_MS, 9))
  await run((tx) => messageQueue.setState(tx, [one?.id ?? 0], 'handed'))
  expect(await due(GATHER_MS)).toEqual([['a', 'b']])
  expect(await run((tx) => messageQueue.withdraw(tx, first.id, first.position))).toBe(false)
  expect(await stateOf('a')).toBe('handed')
  const second = await come('c', GATHER_MS)
  expect(await run((tx) => messageQueue.withdraw(tx, second.id, '9'))).toBe(false)
  expect(await run((tx) => messageQueue.withdraw(tx, second.id, second.position))).toBe(true)
  expect([await stateOf('b'), await stateOf('c')]).toEqual(['waiting', 'over'])
})

it('counts what is on its way to a customer, and finds what was handed over for them', async () => {
  await come('a', 0)
  await come('a2', 0, { externalUserId: 'a' })
  await come('a3', 0, { externalUserId: 'a', position: '5' })
  await come('b', 0)
  const round = await run((tx) => messageQueue.dueRound(tx, GATHER_MS, 9))
  const [first, second, other] = round.map(({ id }) => id)
  await run((tx) => messageQueue.setState(tx, [first ?? 0, other ?? 0], 'handed'))
  await run((tx) => messageQueue.setState(tx, [second ?? 0], 'over'))
  expect(await run((tx) => messageQueue.waitingFor(tx, 'a'))).toBe(1)
  const handed = (key: string, id: string) => run((tx) => messageQueue.handed(tx, key, id))
  expect((await handed('a', 'a')).map(({ id }) => id)).toEqual([first])
  expect(await handed('a3', 'a')).toEqual([])
})
