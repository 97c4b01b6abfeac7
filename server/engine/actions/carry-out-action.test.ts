import Type from 'typebox'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { all, set, sql } from '../../core/db/sql.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { type ActionKind, defineAction, type Executor, execute, type Lane } from './action-kind.ts'
import { ACTION } from './action-tables.ts'
import type { CarryOutDeps } from './carry-out-action.ts'
import { createOutbox } from './outbox.ts'
import { createRunner } from './runner.ts'

const Payload = Type.Object({ n: Type.Number() })
const Send = defineAction('test.send', 'event', Payload)
const Note = defineAction('test.note', 'event', Payload)
const Hello = defineAction('test.hello', 'welcome', Payload)

let kit: TestKit
let now: number
beforeEach(async () => {
  kit = await createTestKit()
  now = kit.clock.now()
})
afterEach(() => kit.close())

const turnOnce = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function setUp(executors: Executor[], more: Partial<CarryOutDeps> = {}) {
  const runner = createRunner({ ...kit, executors, instance: 'one', ...more })
  const outbox = createOutbox({ clock: kit.clock, nudge: () => undefined })
  const enqueue = (
    kind: ActionKind<typeof Payload>,
    n: number,
    asked: { externalUserId?: string; dueAtMs?: number; lane?: Lane; expiresAtMs?: number } = {},
  ) =>
    kit.db.tx((tx) =>
      outbox.enqueue(tx, kind, { key: `${kind.kind}:${n}`, payload: { n }, reason: { text: '测试' }, ...asked }),
    )
  /** Without `drained`, which looks again by itself. */
  const rest = async (): Promise<void> => {
    while (runner.busy()) await turnOnce()
  }
  return { runner, enqueue, rest }
}
const rows = () => kit.db.tx((tx) => tx.rows(sql`SELECT ${all(ACTION)} FROM ${ACTION} ORDER BY ${ACTION.id}`))
const states = async () => (await rows()).map((row) => `${row.state} ${row.due_at - now}`)
const takeOver = () => kit.db.tx((tx) => tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, { lease_by: 'two' })}`))

describe('what is kept of a call', () => {
  it('is its result, unless its capability keeps what it wants of it', async () => {
    const { runner, enqueue } = setUp([
      execute(Send, { perform: async ({ payload }) => (payload.n === 1 ? { msgid: 'm' } : undefined) }),
      execute(Note, { perform: async () => ({ phone: '1' }), record: async () => undefined }),
    ])
    await enqueue(Send, 1)
    await enqueue(Send, 2)
    await enqueue(Note, 1)
    kit.clock.advance(5)
    await runner.drained()
    expect((await rows()).map(({ result, state, finished_at }) => [result, state, finished_at])).toEqual([
      ['{"msgid":"m"}', 'done', now + 5],
      ['null', 'done', now + 5],
      [null, 'done', now + 5],
    ])
  })

  it('is nothing of an earlier try that failed, once it is done', async () => {
    let tries = 0
    const { runner, enqueue } = setUp([
      execute(Send, {
        perform: async () => {
          tries += 1
          if (tries === 1) throw Object.assign(new AppError('wecom.busy', 'busy', { retry: 'later' }), { errcode: -1 })
        },
      }),
    ])
    await enqueue(Send, 1)
    await runner.drained()
    expect((await rows())[0]).toMatchObject({
      state: 'waiting',
      error_code: -1,
      last_code: 'wecom.busy',
      may_have_happened: 0,
      lease_until: null,
    })
    kit.clock.advance(2_000)
    await runner.drained()
    expect((await rows())[0]).toMatchObject({ state: 'done', error_code: null, last_code: null, last_error: null })
  })

  it('is said to whoever watches: how long, and which calls', async () => {
    const paces: unknown[] = []
    const { runner, enqueue } = setUp(
      [
        execute(Send, {
          perform: async () => {
            kit.clock.advance(30)
          },
        }),
      ],
      { onPace: (...pace) => paces.push(pace) },
    )
    await enqueue(Send, 1)
    await runner.drained()
    expect(paces).toEqual([['test.send', 30, []]])
  })
})

describe('an action that another process has taken over', () => {
  it.each([
    ['done', undefined],
    ['failed', new AppError('no', 'final', { retry: 'never' })],
    ['waiting', new AppError('busy', 'busy', { retry: 'later' })],
  ])('is left to it when it would be %s here', async (_state, error) => {
    const told: unknown[] = []
    const { runner, enqueue } = setUp(
      [
        execute(Send, {
          perform: async () => {
            await takeOver()
            if (error !== undefined) throw error
          },
          record: async () => void told.push('recorded'),
          abandoned: async () => void told.push('abandoned'),
        }),
      ],
      { onEnded: (...ended) => told.push(ended) },
    )
    await enqueue(Send, 1)
    await runner.drained()
    expect(told).toEqual([])
    expect((await rows())[0]).toMatchObject({
      state: 'running',
      lease_by: 'two',
      lease_until: now + 60_000,
      attempts: 1,
    })
  })

  it('changes nothing of the other actions that run', async () => {
    const { runner, enqueue } = setUp([
      execute(Send, {
        perform: async ({ payload }) => {
          if (payload.n === 1) while ((await rows())[1]?.state !== 'done') await turnOnce()
          return payload.n
        },
      }),
    ])
    await enqueue(Send, 1)
    await enqueue(Send, 2)
    await runner.drained()
    expect((await rows()).map(({ state, result }) => [state, result])).toEqual([
      ['done', '1'],
      ['done', '2'],
    ])
  })

  it('and that is over there already is not over once more', async () => {
    const told: string[] = []
    const { runner, enqueue } = setUp([
      execute(Send, {
        perform: async () => {
          await kit.db.tx((tx) => tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, { state: 'failed', finished_at: 1 })}`))
        },
        record: async () => void told.push('recorded'),
      }),
    ])
    await enqueue(Send, 1)
    await runner.drained()
    expect([told, (await rows())[0]?.finished_at]).toEqual([[], 1])
  })
})

it.each([
  ['one after the other', {}, { externalUserId: 'x' }, 1],
  ['at once where it says so', { sideBySide: true as const }, { externalUserId: 'x' }, 3],
  ['one after the other where they are about nobody', { sideBySide: true as const }, {}, 1],
])('records what was done about different customers %s', async (_how, options, about, expected) => {
  let [under, most] = [0, 0]
  const { runner, enqueue } = setUp([
    execute(Send, {
      perform: async () => undefined,
      record: async () => {
        under += 1
        most = Math.max(most, under)
        await turnOnce()
        under -= 1
      },
      ...options,
    }),
  ])
  for (const n of [1, 2, 3]) await enqueue(Send, n, 'externalUserId' in about ? { externalUserId: `wm${n}` } : {})
  await runner.drained()
  // On MySQL each has a connection of its own.
  if (kit.db.dialect === 'sqlite' || expected > 1) expect(most).toBe(expected)
  expect((await rows()).map((row) => row.state)).toEqual(['done', 'done', 'done'])
})

describe('a limit that keeps one back', () => {
  const full = (afterMs: number, code = 'wecom.rate-limited') => new AppError(code, 'full', { retry: { afterMs } })
  it.each<[string, Error, ActionKind<typeof Payload>, string[]]>([
    ['for five seconds keeps back its kind', full(5_000), Send, ['waiting 5000', 'waiting 5000', 'done 0']],
    [
      'for an hour keeps back its kind for a minute',
      full(3_600_000),
      Send,
      ['waiting 3600000', 'waiting 61000', 'done 0'],
    ],
    ['for a moment, nobody else', full(4_999), Send, ['waiting 4999', 'done 0', 'done 0']],
    ['by its own fault, nobody else', full(60_000, 'wecom.busy'), Send, ['waiting 60000', 'done 0', 'done 0']],
    ['in the welcome lane, nobody else', full(5_000), Hello, ['waiting 5000', 'done 0', 'done 0']],
  ])('%s', async (_what, error, kind, expected) => {
    let calls = 0
    const perform = async (): Promise<void> => {
      calls += 1
      if (calls === 1) throw error
    }
    const { runner, enqueue } = setUp([execute(kind, { perform }), execute(Note, { perform: async () => undefined })])
    // Of one customer, so that the second is claimed once the first is back.
    for (const n of [1, 2]) await enqueue(kind, n, { externalUserId: 'wmA' })
    await enqueue(Note, 1)
    await runner.drained()
    expect(await states()).toEqual(expected)
    expect((await rows())[0]?.attempts).toBe(error instanceof AppError && error.code === 'wecom.busy' ? 1 : 0)
  })
})

it('an action whose payload nobody understands any more is for a person to see', async () => {
  const told: unknown[] = []
  const abandoned = async (_tx: unknown, _action: unknown, failure: { state: string; code: string }) =>
    void told.push([failure.state, failure.code])
  const { runner, enqueue } = setUp([execute(Send, { perform: async () => told.push('sent'), abandoned })])
  await enqueue(Send, 1)
  await kit.db.tx((tx) => tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, { payload: '{"n":"x"}' })}`))
  await runner.drained()
  expect(told).toEqual([['dead', 'action.bad-payload']])
  expect((await rows())[0]).toMatchObject({ state: 'dead', last_code: 'action.bad-payload', finished_at: now })
})

it('a capability that cannot read it either keeps no action from its end, and leaves nothing half done', async () => {
  const ended: unknown[] = []
  const abandoned: Executor['abandoned'] = async (tx, { payload }) => {
    await tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, { attempts: 77 })}`)
    ;(payload as { n: number }).n.toFixed()
  }
  const { runner, enqueue } = setUp([{ ...execute(Send, { perform: async () => undefined }), abandoned }], {
    onEnded: (kind, state) => void ended.push([kind, state]),
  })
  await enqueue(Send, 1)
  await kit.db.tx((tx) => tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, { payload: '{"n":"x"}' })}`))
  await runner.drained()
  expect((await rows())[0]).toMatchObject({ state: 'dead', last_code: 'action.bad-payload', attempts: 1 })
  expect(ended).toEqual([['test.send', 'dead']])
})

it('an action that came too late says so when it was never tried', async () => {
  const told: unknown[] = []
  const abandoned = async (_tx: unknown, _action: unknown, failure: { state: string; code: string }) =>
    void told.push([failure.state, failure.code])
  const { runner, enqueue } = setUp([execute(Send, { perform: async () => undefined, abandoned })])
  await enqueue(Send, 1, { expiresAtMs: now })
  await runner.drained()
  expect(told).toEqual([['expired', 'action.too-late']])
})

describe('the slots of a lane', () => {
  /** Performs that wait until they are let go. */
  function held() {
    const waiting: (() => void)[] = []
    const perform = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
    return { waiting, perform }
  }

  it('are thirty-two for events; who was left behind begins when one lands', async () => {
    const { waiting, perform } = held()
    const { runner, enqueue, rest } = setUp([execute(Send, { perform })])
    for (let n = 0; n < 40; n++) await enqueue(Send, n)
    runner.nudge('event')
    while (waiting.length < 32) await turnOnce()
    // It has looked once more by then, and found no slot.
    await kit.db.tx(async () => undefined)
    await turnOnce()
    runner.nudge('event')
    await kit.db.tx(async () => undefined)
    expect(waiting).toHaveLength(32)
    expect(runner.busy()).toBe(true)
    const letAllGo = async (): Promise<void> => {
      while (runner.busy()) {
        for (const land of waiting.splice(0)) land()
        await turnOnce()
      }
    }
    await letAllGo()
    await rest()
    expect((await rows()).every((row) => row.state === 'done')).toBe(true)
  })

  it('a customer’s next action begins when the one before it has landed, without another wake-up', async () => {
    const { runner, enqueue, rest } = setUp([execute(Send, { perform: async () => undefined })])
    for (let n = 0; n < 3; n++) await enqueue(Send, n, { externalUserId: 'wmA' })
    runner.nudge('event')
    await rest()
    expect((await rows()).map((row) => row.state)).toEqual(['done', 'done', 'done'])
  })

  it('nobody looks again when nothing was left behind', async () => {
    const { waiting, perform } = held()
    const { runner, enqueue, rest } = setUp([execute(Send, { perform })])
    await enqueue(Send, 1)
    const { byText } = await countStatements(kit.db, async () => {
      runner.nudge('event')
      while (waiting.length === 0) await turnOnce()
      for (let turn = 0; turn < 20; turn++) await turnOnce()
      waiting[0]?.()
      await rest()
    })
    expect(byText.filter(([text]) => / FROM .?action.? WHERE/.test(text)).map(([, times]) => times)).toEqual([1])
  })

  it('wake only the lane that is named, all when none is; an idle runner is not busy', async () => {
    const done: string[] = []
    const perform = (kind: ActionKind<typeof Payload>): Executor =>
      execute(kind, { perform: async ({ payload }) => done.push(`${kind.kind} ${payload.n}`) })
    const { runner, enqueue, rest } = setUp([perform(Send), perform(Hello)])
    expect(runner.busy()).toBe(false)
    await enqueue(Send, 1)
    await enqueue(Hello, 1)
    runner.nudge('welcome')
    await rest()
    expect(done).toEqual(['test.hello 1'])
    await enqueue(Hello, 2)
    runner.nudge()
    await rest()
    expect(done.sort()).toEqual(['test.hello 1', 'test.hello 2', 'test.send 1'])
  })

  it('a runner that stops claims nothing more and waits for the calls under way', async () => {
    const { waiting, perform } = held()
    const { runner, enqueue } = setUp([execute(Send, { perform })])
    await enqueue(Send, 1, { externalUserId: 'wmA' })
    await enqueue(Send, 2, { externalUserId: 'wmA' })
    runner.nudge('event')
    while (waiting.length === 0) await turnOnce()
    let hasStopped = false
    const stopping = runner.stop().then(() => {
      hasStopped = true
    })
    for (let turn = 0; turn < 20; turn++) await turnOnce()
    expect(hasStopped).toBe(false)
    waiting[0]?.()
    await stopping
    expect((await rows()).map((row) => row.state)).toEqual(['done', 'waiting'])
    runner.nudge()
    for (let turn = 0; turn < 20; turn++) await turnOnce()
    expect(waiting).toHaveLength(1)
  })

  it('say when the first action that waits is due', async () => {
    const { runner, enqueue } = setUp([execute(Send, { perform: async () => undefined })])
    const dueAt = () => kit.db.tx((tx) => runner.dueAt(tx))
    expect(await dueAt()).toBeUndefined()
    await enqueue(Send, 1)
    await enqueue(Send, 2, { dueAtMs: now + 7 })
    expect(await dueAt()).toBe(now)
    await runner.drained()
    expect(await dueAt()).toBe(now + 7)
  })
})
