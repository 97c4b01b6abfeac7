import Type from 'typebox'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { all, sql } from '../../core/db/sql.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createDispatcher } from '../inbox/dispatcher.ts'
import { createEmit } from '../inbox/emit.ts'
import { defineEvent } from '../inbox/event-kind.ts'
import { INBOUND_EVENT } from '../inbox/event-tables.ts'
import { type Subscription, subscribe } from '../inbox/subscription.ts'
import { defineAction, execute, NotTogether } from './action-kind.ts'
import { ACTION } from './action-tables.ts'
import { createOutbox } from './outbox.ts'
import { createRunner } from './runner.ts'

const Mark = defineAction('test.mark', 'event', Type.Object({ n: Type.Number() }))
const Marked = defineEvent('test.marked', Type.Object({ externalUserId: Type.String(), n: Type.Number() }))

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

/** Marks that tell of themselves. `answer`: what the platform says to a call with these marks. */
function setUp(answer: (ns: number[]) => void, subscriptions: Subscription[] = []) {
  const calls: number[][] = []
  const commits: string[] = []
  const dispatcher = createDispatcher({ ...kit, subscriptions })
  const emit = createEmit({ clock: kit.clock, nudge: dispatcher.nudge })
  const call = async (ns: number[]): Promise<string[]> => {
    calls.push(ns)
    answer(ns)
    return ns.map((n) => `marked ${n}`)
  }
  const executor = execute(Mark, {
    sideBySide: true,
    perform: async ({ payload }) => (await call([payload.n]))[0],
    performTogether: (actions) => call(actions.map(({ payload }) => payload.n)),
    record: async (tx, { externalUserId = '', payload }, result) => {
      if (result !== `marked ${payload.n}`) throw new Error(`the outcome of another: ${result}`)
      await emit(tx, Marked, { key: `${payload.n}`, payload: { externalUserId, n: payload.n } })
    },
  })
  const runner = createRunner({ ...kit, executors: [executor], instance: 'one', handOn: dispatcher.handOn })
  const outbox = createOutbox({ clock: kit.clock, nudge: () => undefined })
  const enqueue = (n: number, pair = { externalUserId: 'wmA', userId: 'zhangsan' }) =>
    kit.db.tx((tx) => outbox.enqueue(tx, Mark, { key: `m:${n}`, payload: { n }, reason: { text: '测试' }, ...pair }))
  kit.db.watch((text) => void (text === 'COMMIT' && commits.push(text)))
  return { runner, dispatcher, enqueue, calls, commits }
}

const states = async (): Promise<[actions: string[], events: string[]]> =>
  kit.db.tx(async (tx) => [
    (await tx.rows(sql`SELECT ${all(ACTION)} FROM ${ACTION} ORDER BY ${ACTION.id}`)).map((row) => row.state),
    (await tx.rows(sql`SELECT ${all(INBOUND_EVENT)} FROM ${INBOUND_EVENT} ORDER BY ${INBOUND_EVENT.id}`)).map(
      ({ state, attempts }) => `${state} ${attempts}`,
    ),
  ])

it('actions of one pair go in one call; their outcomes, and what these lead to, in one commit', async () => {
  const seen: number[] = []
  const see = subscribe('test.see', Marked, async (_tx, { payload }) => void seen.push(payload.n))
  const { runner, enqueue, calls, commits } = setUp(() => undefined, [see])
  for (const n of [1, 2, 3]) await enqueue(n)
  await enqueue(4, { externalUserId: 'wmA', userId: 'lisi' })
  commits.length = 0
  await runner.drained()
  // The other guide's waits for its turn: one customer is not written twice at once.
  expect(calls).toEqual([[1, 2, 3], [4]])
  expect(seen).toEqual([1, 2, 3, 4])
  expect(commits).toHaveLength(2)
  expect(await states()).toEqual([Array(4).fill('done'), Array(4).fill('done 0')])
})

it.each<[string, unknown]>([
  ['that cannot go together', new NotTogether('not these')],
  ['of which the platform refuses one', new AppError('no', 'final', { retry: 'never' })],
])('actions %s are performed one by one', async (_what, refusal) => {
  const { runner, dispatcher, enqueue, calls } = setUp((ns) => {
    if (ns.includes(2)) throw refusal instanceof NotTogether && ns.length === 1 ? new AppError('no', 'x') : refusal
  })
  for (const n of [1, 2, 3]) await enqueue(n)
  await runner.drained()
  await dispatcher.drained()
  expect(calls).toEqual([[1, 2, 3], [1], [2], [3]])
  expect((await states())[0].map((state) => state === 'done')).toEqual([true, false, true])
})

it('whom the platform asks to come again later is not asked once more for each', async () => {
  let isBusy = true
  const { runner, enqueue, calls } = setUp(() => {
    if (isBusy) throw new AppError('busy', 'come again', { retry: 'later' })
  })
  for (const n of [1, 2]) await enqueue(n)
  await runner.drained()
  expect([calls, (await states())[0]]).toEqual([[[1, 2]], ['waiting', 'waiting']])
  isBusy = false
  kit.clock.advance(3_600_000)
  await runner.drained()
  expect([calls, (await states())[0]]).toEqual([
    [
      [1, 2],
      [1, 2],
    ],
    ['done', 'done'],
  ])
})

it('an event that cannot be handled undoes no outcome: it waits alone', async () => {
  const seen: number[] = []
  const see = subscribe('test.see', Marked, async (_tx, { payload }) => {
    if (payload.n === 2) throw new Error('poison')
    seen.push(payload.n)
  })
  const { runner, dispatcher, enqueue, calls } = setUp(() => undefined, [see])
  for (const n of [1, 2, 3]) await enqueue(n)
  await runner.drained()
  await dispatcher.drained()
  expect(calls).toEqual([[1, 2, 3]])
  expect(seen.filter((n) => n === 3)).not.toEqual([])
  expect(await states()).toEqual([Array(3).fill('done'), ['done 0', 'new 1', 'done 0']])
})
