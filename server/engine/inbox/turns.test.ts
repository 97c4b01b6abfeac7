import Type from 'typebox'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createAccept } from './accept.ts'
import { createDispatcher, type DispatcherDeps } from './dispatcher.ts'
import { createEmit, type Emit } from './emit.ts'
import { defineEvent } from './event-kind.ts'
import { type Subscription, subscribe, type Turn } from './subscription.ts'

const Payload = Type.Object({ externalUserId: Type.String() })
const Greeted = defineEvent('test.greeted', Payload, { lane: 'welcome' })
const Noted = defineEvent('test.noted', Payload)
const Chained = defineEvent('test.chained', Type.Object({ n: Type.Number() }))

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const turnOnce = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function setUp(subscriptions: Subscription[], more: Partial<DispatcherDeps> = {}) {
  const told: string[] = []
  const dispatcher = createDispatcher({
    ...kit,
    subscriptions,
    onHandled: (kind, outcome) => told.push(`${kind} ${outcome}`),
    ...more,
  })
  const accept = createAccept({ ...kit, nudge: () => undefined, isHandled: () => true })
  const arrive = (kind: typeof Greeted | typeof Noted, ...customers: string[]) =>
    Promise.all(
      customers.map((externalUserId) =>
        accept({
          kind: kind.kind,
          dedupeKey: `${kind.kind}:${externalUserId}`,
          lane: kind.lane,
          eventAtMs: kit.clock.now(),
          payload: { externalUserId },
        }),
      ),
    )
  /** Without `drained`, which wakes both lanes. */
  const rest = async (): Promise<void> => {
    while (dispatcher.busy()) await turnOnce()
  }
  return { dispatcher, arrive, told, rest }
}
const hear =
  (heard: string[], name: string, then: (turn: Turn) => void = () => undefined) =>
  async (_tx: unknown, { payload }: { payload: { externalUserId: string } }, turn: Turn): Promise<void> => {
    heard.push(`${name} ${payload.externalUserId}${turn.isUrgent ? '!' : ''}`)
    then(turn)
  }
const events = async () => {
  const rows = await kit.db.tx((tx) =>
    tx.rows(raw<{ lane: number; state: string }>('SELECT lane, state FROM inbound_event ORDER BY id')),
  )
  return rows.map(({ lane, state }) => `${lane} ${state}`)
}

describe('who hears of an event, and when', () => {
  it('the urgent ones in the welcome lane, each once; the others behind the other welcomes', async () => {
    const heard: string[] = []
    const { dispatcher, arrive, told, rest } = setUp([
      subscribe('test.early', Greeted, hear(heard, 'early')),
      subscribe('test.urgent', Greeted, hear(heard, 'urgent'), { isUrgent: () => true }),
      subscribe('test.late', Greeted, hear(heard, 'late'), { isUrgent: () => false }),
    ])
    await arrive(Greeted, 'a', 'b')
    await arrive(Noted, 'c')
    // The welcome lane alone is woken; it wakes the other.
    dispatcher.nudge('welcome')
    await rest()
    expect(heard).toEqual(['urgent a!', 'urgent b!', 'early a', 'early b', 'late a', 'late b'])
    expect(await events()).toEqual(['1 done', '1 done', '1 kept'])
    expect(told.sort()).toEqual(['test.greeted done', 'test.greeted done', 'test.noted kept'])
    const [other] = await kit.db.tx((tx) =>
      tx.rows(
        raw<{ done: string | null }>(`SELECT done_subscriptions AS done FROM inbound_event WHERE kind = 'test.noted'`),
      ),
    )
    expect(other?.done).toBeNull()
  })

  it('all at once in the welcome lane when nobody is in a hurry, or when one of them calls for it', async () => {
    const heard: string[] = []
    const { dispatcher, arrive } = setUp([
      subscribe('test.early', Greeted, hear(heard, 'early')),
      subscribe('test.late', Greeted, hear(heard, 'late')),
    ])
    await arrive(Greeted, 'a')
    await dispatcher.drained()
    expect(heard).toEqual(['early a!', 'late a!'])
    expect(await events()).toEqual(['0 done'])
  })

  it('all at once in the welcome lane when one of them calls for it', async () => {
    const heard: string[] = []
    const { dispatcher, arrive } = setUp([
      subscribe('test.early', Greeted, hear(heard, 'early')),
      subscribe(
        'test.urgent',
        Greeted,
        hear(heard, 'urgent', (turn) => turn.allAtOnce()),
        { isUrgent: () => true },
      ),
      subscribe('test.late', Greeted, hear(heard, 'late')),
    ])
    await arrive(Greeted, 'a')
    await dispatcher.drained()
    expect(heard).toEqual(['urgent a!', 'early a!', 'late a!'])
    expect(await events()).toEqual(['0 done'])
  })

  it('nobody is urgent outside the welcome lane', async () => {
    const heard: string[] = []
    const { dispatcher, arrive } = setUp([
      subscribe('test.early', Noted, hear(heard, 'early')),
      subscribe('test.urgent', Noted, hear(heard, 'urgent'), { isUrgent: () => true }),
    ])
    await arrive(Noted, 'a')
    await dispatcher.drained()
    expect(heard).toEqual(['early a', 'urgent a'])
  })

  it('the first before the others, which keep the order in which they were named', async () => {
    const heard: string[] = []
    const { dispatcher, arrive } = setUp([
      subscribe('test.one', Noted, hear(heard, 'one')),
      subscribe('test.two', Noted, hear(heard, 'two')),
      subscribe('test.first', Noted, hear(heard, 'first'), { isFirst: true }),
    ])
    await arrive(Noted, 'a')
    await dispatcher.drained()
    expect(heard).toEqual(['first a', 'one a', 'two a'])
  })

  it.each([
    ['one after the other', {}, 1],
    ['side by side where it says so', { sideBySide: true as const }, 3],
  ])('different customers %s', async (_how, options, expected) => {
    let [under, most] = [0, 0]
    const { dispatcher, arrive } = setUp([
      subscribe(
        'test.see',
        Noted,
        async () => {
          under += 1
          most = Math.max(most, under)
          await turnOnce()
          under -= 1
        },
        options,
      ),
    ])
    await arrive(Noted, 'a', 'b', 'c')
    await dispatcher.drained()
    expect(most).toBe(expected)
  })
})

describe('the lanes', () => {
  it.each([
    ['normal', ['note b']],
    ['welcome', ['greet a!']],
    [undefined, ['greet a!', 'note b']],
  ] as const)('woken with %s', async (lane, expected) => {
    const heard: string[] = []
    const { dispatcher, arrive, rest } = setUp([
      subscribe('test.greet', Greeted, hear(heard, 'greet')),
      subscribe('test.note', Noted, hear(heard, 'note')),
    ])
    await arrive(Greeted, 'a')
    await arrive(Noted, 'b')
    expect(dispatcher.busy()).toBe(false)
    dispatcher.nudge(lane)
    expect(dispatcher.busy()).toBe(true)
    await rest()
    expect(heard.sort()).toEqual(expected)
  })

  it('ask the database once when nothing is due', async () => {
    const { dispatcher } = setUp([])
    const { total } = await countStatements(kit.db, () => dispatcher.drained())
    // One for each worker.
    expect(total).toBe(kit.db.dialect === 'sqlite' ? 2 : 5)
  })

  it('say when the first event that waits is due', async () => {
    const { dispatcher, arrive } = setUp([
      subscribe('test.fail', Noted, async () => {
        throw new Error('boom')
      }),
    ])
    const dueAt = () => kit.db.tx((tx) => dispatcher.dueAt(tx))
    expect(await dueAt()).toBeUndefined()
    await arrive(Noted, 'a')
    expect(await dueAt()).toBe(kit.clock.now())
    await dispatcher.drained()
    expect(await dueAt()).toBe(kit.clock.now() + 1_000)
  })
})

describe('what an event leads to', () => {
  /** Each of them leads to the next, up to `last`; nobody is woken for it. */
  function chain(last: number) {
    const heard: number[] = []
    const emit: Emit = createEmit({ clock: kit.clock, nudge: () => undefined })
    const next = subscribe('test.next', Chained, async (tx, { payload: { n } }) => {
      heard.push(n)
      if (n < last) await emit(tx, Chained, { key: String(n + 1), payload: { n: n + 1 } })
    })
    const begin = () => kit.db.tx((tx) => emit(tx, Chained, { key: '1', payload: { n: 1 } }))
    return { heard, next, begin }
  }

  it('is handled in the transaction of its cause, four times in a row and no more', async () => {
    for (const [last, commits] of [
      [1, 1],
      [4, 1],
      [5, 2],
      [9, 3],
    ] as const) {
      await kit.db.tx((tx) => tx.run(raw('DELETE FROM inbound_event')))
      const { heard, next, begin } = chain(last)
      const { dispatcher } = setUp([next])
      await begin()
      const counted = await countStatements(kit.db, () => dispatcher.drained())
      expect(heard).toEqual(Array.from({ length: last }, (_, i) => i + 1))
      expect([last, counted.commits]).toEqual([last, commits])
    }
  })
})

it('late news of which nobody is to hear is deleted, and nothing else', async () => {
  const heard: string[] = []
  const { dispatcher, arrive } = setUp([subscribe('test.note', Noted, hear(heard, 'note'))], {
    isPast: async (_tx, row) => row.payload.includes('late'),
  })
  await arrive(Noted, 'a', 'late', 'b')
  await dispatcher.drained()
  expect(heard).toEqual(['note a', 'note b'])
  expect(await events()).toEqual(['1 done', '1 done'])
})

it('the loser of a deadlock is asked again from the beginning, and it counts as no try', async () => {
  const heard: string[] = []
  let isLost = true
  const { dispatcher, arrive, told } = setUp([
    subscribe('test.note', Noted, async (tx, event, turn) => {
      await hear(heard, 'note')(tx, event, turn)
      if (!isLost) return
      isLost = false
      throw Object.assign(new Error('Deadlock found'), { errno: 1213 })
    }),
  ])
  await arrive(Noted, 'a')
  await dispatcher.drained()
  expect(heard).toEqual(['note a', 'note a'])
  expect(told).toEqual(['test.noted done'])
})

it('whom the database refuses a deadlock ten times fails as a whole, and is asked no eleventh time', async () => {
  let times = 0
  const { dispatcher, arrive, told } = setUp([
    subscribe('test.note', Noted, async () => {
      times += 1
      throw Object.assign(new Error('Deadlock found'), { errno: 1213 })
    }),
  ])
  await arrive(Noted, 'a')
  await dispatcher.drained()
  expect([times, told]).toEqual([10, []])
  expect(await events()).toEqual(['1 new'])
})

it('a deadlock beside a fault of another’s is no fault', async () => {
  let times = 0
  const { dispatcher, arrive } = setUp([
    subscribe('test.fail', Noted, async () => {
      throw new Error('boom')
    }),
    subscribe('test.note', Noted, async () => {
      times += 1
      if (times === 1) throw Object.assign(new Error('Deadlock found'), { errno: 1213 })
    }),
  ])
  await arrive(Noted, 'a')
  await dispatcher.drained()
  const [row] = await kit.db.tx((tx) =>
    tx.rows(
      raw<{ done: string; fault: string }>('SELECT done_subscriptions AS done, last_error AS fault FROM inbound_event'),
    ),
  )
  expect(row).toEqual({ done: '["test.note"]', fault: 'test.fail: Error: boom' })
  expect(times).toBe(2)
})

it('tells what became of each event', async () => {
  const { dispatcher, arrive, told } = setUp([
    subscribe('test.fail', Noted, async () => {
      throw new Error('boom')
    }),
  ])
  await arrive(Greeted, 'a')
  await arrive(Noted, 'b')
  for (let attempt = 1; attempt <= 12; attempt++) {
    await dispatcher.drained()
    kit.clock.advance(3_600_000)
  }
  expect(told).toEqual(['test.greeted kept', ...Array(11).fill('test.noted retry'), 'test.noted dead'])
})
