import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Tx } from '../../core/db/tx.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { groupSteps } from './group-steps.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const GROUPS = [
  { chatId: 'wr-1', poolSinceMs: 1_000 },
  { chatId: 'wr-2', poolSinceMs: 1_000 },
]
const see = (tx: Tx) => groupSteps.given(tx, '新群·晒单', GROUPS, 'pool')
const claimed = async (
  tx: Tx,
  runId: number,
  atMs: number,
  seen: Awaited<ReturnType<typeof see>>,
): Promise<string[]> => [
  ...(await groupSteps.claim(tx, { step: '新群·晒单', chatIds: ['wr-1', 'wr-2'], atMs, runId, seen })),
]
const held = async (): Promise<string[]> =>
  (await kit.db.tx(see)).map(({ chatId, runId, isOver }) => `${chatId} ${runId} ${isOver}`).sort()

it('what was had before the group came into the pool is over and makes room; what was had since is had', async () => {
  await kit.db.tx((tx) => claimed(tx, 1, 999, []))
  expect(await held()).toEqual(['wr-1 1 true', 'wr-2 1 true'])
  expect(await kit.db.tx(async (tx) => claimed(tx, 2, 1_000, await see(tx)))).toEqual(['wr-1', 'wr-2'])
  expect(await held()).toEqual(['wr-1 2 false', 'wr-2 2 false'])
  expect(await kit.db.tx(async (tx) => claimed(tx, 3, 2_000, await see(tx)))).toEqual([])
  expect(await held()).toEqual(['wr-1 2 false', 'wr-2 2 false'])
})

it.each([
  ['nothing', undefined],
  ['what is over', 999],
])('what another run has claimed since one looked and saw %s stays that run’s', async (_what, beforeMs) => {
  if (beforeMs !== undefined) await kit.db.tx((tx) => claimed(tx, 1, beforeMs, []))
  const seen = await kit.db.tx(see)
  expect(await kit.db.tx(async (tx) => claimed(tx, 2, 1_500, await see(tx)))).toEqual(['wr-1', 'wr-2'])
  expect(await kit.db.tx((tx) => claimed(tx, 3, 1_600, seen))).toEqual([])
  expect(await held()).toEqual(['wr-1 2 false', 'wr-2 2 false'])
})

it.runIf(process.env.TEST_MYSQL_URL)('also where the other has it amid the transaction of the first', async () => {
  const mine = await kit.db.tx(async (tx) => {
    const seen = await see(tx)
    expect(await kit.db.tx(async (other) => claimed(other, 2, 1_500, await see(other)))).toEqual(['wr-1', 'wr-2'])
    return claimed(tx, 3, 1_600, seen)
  })
  expect(mine).toEqual([])
  expect(await held()).toEqual(['wr-1 2 false', 'wr-2 2 false'])
})
