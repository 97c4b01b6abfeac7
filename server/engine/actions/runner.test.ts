import Type from 'typebox'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pick, raw, set, sql } from '../../core/db/sql.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { ALONE } from '../../core/kernel/place.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { JOB_RUN } from '../jobs/job-tables.ts'
import { type ActionKind, defineAction, type Executor, execute, type Failure, type Lane } from './action-kind.ts'
import { ACTION } from './action-tables.ts'
import { claimActions } from './claim.ts'
import { createOutbox } from './outbox.ts'
import { createRunner } from './runner.ts'

const Payload = Type.Object({ n: Type.Number() })
const Send = defineAction('test.send', 'event', Payload)
const Hello = defineAction('test.hello', 'welcome', Payload)
const reason = { text: '测试' }

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const rows = () =>
  kit.db.tx((tx) =>
    tx.rows(
      raw<{ state: string; attempts: number; error_code: number | null }>(
        'SELECT state, attempts, error_code FROM action ORDER BY id',
      ),
    ),
  )

function setUp(executors: Executor[], instance = 'one', more: { onEnded?: (...told: unknown[]) => void } = {}) {
  const runner = createRunner({ ...kit, executors, instance, ...more })
  const outbox = createOutbox({ clock: kit.clock, nudge: runner.nudge })
  const enqueue = (
    kind: ActionKind<typeof Payload>,
    n: number,
    more: { expiresAtMs?: number; lane?: Lane; externalUserId?: string } = {},
  ) => kit.db.tx((tx) => outbox.enqueue(tx, kind, { key: `${kind.kind}:${n}`, payload: { n }, reason, ...more }))
  return { runner, outbox, enqueue }
}

describe('the action runner', () => {
  it('tells how each action ended, and how long it took from when it was asked for', async () => {
    const told: unknown[] = []
    const { runner, enqueue } = setUp(
      [
        execute(Send, {
          perform: async ({ payload }) => {
            kit.clock.advance(30)
            if (payload.n === 2) throw new AppError('no', 'final', { retry: 'never' })
          },
        }),
      ],
      'one',
      { onEnded: (...one) => told.push(one) },
    )
    for (const n of [1, 2]) {
      await enqueue(Send, n)
      await runner.drained()
    }
    expect(told).toEqual([
      ['test.send', 'done', 30],
      ['test.send', 'failed', 30],
    ])
  })

  it('carries out an action once per key and records its outcome in the same transaction', async () => {
    const sent: number[] = []
    const { runner, enqueue } = setUp([
      execute(Send, {
        perform: async (action) => sent.push(action.payload.n),
        record: async (tx, action) => {
          await tx.insert(JOB_RUN, { name: `recorded ${action.payload.n}`, next_at: 0 })
        },
      }),
    ])
    await enqueue(Send, 7)
    await enqueue(Send, 7)
    await runner.drained()
    await enqueue(Send, 7)
    await runner.drained()
    expect(sent).toEqual([7])
    expect(await rows()).toEqual([{ state: 'done', attempts: 1, error_code: null }])
    expect(await kit.db.tx((tx) => tx.rows(raw('SELECT name FROM job_run')))).toEqual([{ name: 'recorded 7' }])
  })

  it('does what the error says: later, never, or after a stated time', async () => {
    const errors: Record<number, AppError> = {
      1: new AppError('wecom.busy', 'busy', { retry: 'later' }),
      2: new AppError('wecom.no', 'no', { retry: 'never' }),
      3: new AppError('wecom.rate-limited', 'quota', { retry: { afterMs: 60_000 } }),
    }
    const calls: number[] = []
    const { runner, enqueue } = setUp([
      execute(Send, {
        perform: async (action) => {
          calls.push(action.payload.n)
          const error = calls.filter((n) => n === action.payload.n).length === 1 ? errors[action.payload.n] : undefined
          if (error !== undefined) throw error
        },
      }),
    ])
    for (const n of [1, 2, 3]) await enqueue(Send, n)
    await runner.drained()
    expect((await rows()).map((row) => row.state)).toEqual(['waiting', 'failed', 'waiting'])
    kit.clock.advance(2_000)
    await runner.drained()
    expect((await rows()).map((row) => row.state)).toEqual(['done', 'failed', 'waiting'])
    kit.clock.advance(58_000)
    await runner.drained()
    // Waiting for our own quota did not count as a try.
    expect(await rows()).toMatchObject([{ attempts: 2 }, { attempts: 1 }, { state: 'done', attempts: 1 }])
    expect(calls.sort()).toEqual([1, 1, 2, 3, 3])
  })

  it('ends an action whose time is over as expired and tells its capability', async () => {
    const told: string[] = []
    const { runner, enqueue } = setUp([
      execute(Hello, {
        perform: async () => {
          throw new AppError('wecom.busy', 'busy', { retry: 'later' })
        },
        abandoned: async (_tx, _action, { state, code, message }) => void told.push([state, code, message].join(' ')),
      }),
    ])
    await enqueue(Hello, 1, { expiresAtMs: kit.clock.now() + 20_000 })
    for (let second = 0; second < 25; second++) {
      await runner.drained()
      kit.clock.advance(1_000)
    }
    // Not «too late»: that it came too late was the end of it, not the trouble.
    expect(told).toEqual(['expired wecom.busy wecom.busy: busy'])
    expect(await rows()).toMatchObject([{ state: 'expired', attempts: 20 }])
  })

  it.each([
    ['a moment before its time is over', 19_999, [1]],
    ['at that moment no more', 20_000, []],
  ])('carries an action out %s', async (_when, afterMs, carriedOut) => {
    const calls: number[] = []
    const { runner, enqueue } = setUp([execute(Hello, { perform: async (action) => calls.push(action.payload.n) })])
    await enqueue(Hello, 1, { expiresAtMs: kit.clock.now() + 20_000 })
    kit.clock.advance(afterMs)
    await runner.drained()
    expect(calls).toEqual(carriedOut)
    expect(await rows()).toMatchObject([{ state: carriedOut.length > 0 ? 'done' : 'expired' }])
  })

  it('takes each action once, however many claim at the same moment, and looks once when nothing is due', async () => {
    const outbox = createOutbox({ clock: kit.clock, nudge: () => undefined })
    for (let n = 0; n < 12; n++) {
      await kit.db.tx((tx) => outbox.enqueue(tx, Send, { key: `${n}`, payload: { n }, reason }))
    }
    const claim = (instance: string, nowMs = kit.clock.now()) =>
      claimActions(kit.db, { lane: 'event', limit: 8, nowMs, instance, place: ALONE, turn: 0, isBusy: () => false })
    const takers = ['one', 'two', 'three']
    const taken = new Map<number, string>()
    for (let round = 0; round < 3; round++) {
      const claims = await Promise.all(takers.map((instance) => claim(instance)))
      for (const { id, leaseBy } of claims.flatMap(({ claimed }) => claimed)) {
        expect(taken.get(id)).toBeUndefined()
        taken.set(id, leaseBy)
      }
    }
    const held = await kit.db.tx((tx) =>
      tx.rows(sql`SELECT ${pick(ACTION, 'id', 'lease_by', 'attempts')} FROM ${ACTION}`),
    )
    expect(held).toHaveLength(12)
    for (const { id, lease_by, attempts } of held) expect([lease_by, attempts]).toEqual([taken.get(id), 1])
    const { total } = await countStatements(kit.db, async () => {
      expect(await claim('one')).toEqual({ claimed: [], isMore: false, isHeldUp: false })
    })
    expect(total).toBe(1)
  })

  it('sends a welcome while every slot of another lane is taken', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const welcomed: number[] = []
    const { runner, enqueue } = setUp([
      execute(Send, { perform: () => held }),
      execute(Hello, { perform: async (action) => welcomed.push(action.payload.n) }),
    ])
    for (let n = 0; n < 30; n++) await enqueue(Send, n)
    await enqueue(Hello, 1)
    while (welcomed.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect((await rows()).filter((row) => row.state === 'running').length).toBeGreaterThan(0)
    release()
    await runner.drained()
    expect((await rows()).every((row) => row.state === 'done')).toBe(true)
  })

  it('never writes one customer twice at the same time', async () => {
    let under = 0
    let most = 0
    const { runner, enqueue } = setUp([
      execute(Send, {
        perform: async () => {
          under += 1
          most = Math.max(most, under)
          await new Promise((resolve) => setImmediate(resolve))
          under -= 1
        },
      }),
    ])
    for (let n = 0; n < 6; n++) await enqueue(Send, n, { externalUserId: 'wmSame' })
    await runner.drained()
    expect(most).toBe(1)
    expect((await rows()).map((row) => row.state)).toEqual(Array(6).fill('done'))
  })

  it('tells the one who takes over after a crash that the call may have been made', async () => {
    const crashing = setUp([execute(Send, { perform: () => new Promise(() => undefined) })], 'crashed')
    await crashing.enqueue(Send, 1)
    crashing.runner.nudge()
    while ((await rows()).some((row) => row.state !== 'running')) await new Promise((resolve) => setImmediate(resolve))

    const knew: boolean[] = []
    const look = execute(Send, { perform: async ({ mayHaveHappened }) => void knew.push(mayHaveHappened) })
    const { runner } = setUp([look], 'restarted')
    await runner.releaseLeases({ all: false })
    await runner.drained()
    expect(knew).toEqual([])
    kit.clock.advance(61_000)
    await runner.releaseLeases({ all: false })
    await runner.drained()
    expect(knew).toEqual([true])
  })

  it('the only process there is takes back at once what the one before it had begun', async () => {
    const done: number[] = []
    const restarted = setUp([execute(Send, { perform: async ({ payload }) => void done.push(payload.n) })], 'restarted')
    const outbox = createOutbox({ clock: kit.clock, nudge: () => undefined })
    for (const n of [1, 2]) {
      const wanted = { key: String(n), payload: { n }, reason: { text: 'test' } }
      await kit.db.tx((tx) => outbox.enqueue(tx, Send, wanted))
    }
    const lease = { state: 'running' as const, lease_by: 'crashed', lease_until: kit.clock.now() + 60_000 }
    await kit.db.tx((tx) => tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, lease)}`))
    expect(await restarted.runner.releaseLeases({ all: false })).toBe(0)
    await restarted.runner.drained()
    expect(done).toEqual([])
    expect(await restarted.runner.releaseLeases({ all: true })).toBe(2)
    await restarted.runner.drained()
    expect(done.sort()).toEqual([1, 2])
  })

  it('tells the next try, in any process, and the end what may have happened in an earlier one, and why by its code', async () => {
    const errors = [
      new AppError('test.no-answer', 'gone', { retry: 'later', mayHaveHappened: true }),
      new AppError('test.refused', 'no', { retry: 'later' }),
      new AppError('test.never', 'no', { retry: 'never' }),
    ]
    const knew: boolean[] = []
    const ends: Failure[] = []
    const failing = execute(Send, {
      perform: async ({ mayHaveHappened }) => {
        knew.push(mayHaveHappened)
        throw errors[knew.length - 1]
      },
      abandoned: async (_tx, _action, failure) => void ends.push(failure),
    })
    const processes = ['one', 'two', 'three'].map((instance) => setUp([failing], instance))
    await processes[0]?.enqueue(Send, 1)
    for (const { runner } of processes) {
      await runner.drained()
      kit.clock.advance(60_000)
    }
    expect(knew).toEqual([false, true, true])
    expect(ends).toEqual([
      { state: 'failed', code: 'test.never', errcode: undefined, message: 'test.never: no', mayHaveHappened: true },
    ])
  })

  it('gives an action to one of two processes only', async () => {
    const calls: number[] = []
    const perform = execute(Send, { perform: async (action) => calls.push(action.payload.n) })
    const a = setUp([perform], 'a')
    const b = setUp([perform], 'b')
    for (let n = 0; n < 40; n++) await a.enqueue(Send, n)
    await Promise.all([a.runner.drained(), b.runner.drained()])
    expect(calls.sort((x, y) => x - y)).toEqual(Array.from({ length: 40 }, (_, n) => n))
  })

  it('an action of a kind that nobody here knows waits a minute for a program that does, and is no failure', async () => {
    const old = setUp([], 'old')
    await old.enqueue(Send, 1)
    await old.runner.drained()
    expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 1 }])
    const calls: number[] = []
    const { runner } = setUp([execute(Send, { perform: async (action) => calls.push(action.payload.n) })], 'new')
    kit.clock.advance(59_999)
    await runner.drained()
    expect(calls).toEqual([])
    kit.clock.advance(1)
    await runner.drained()
    expect(calls).toEqual([1])
  })
})
