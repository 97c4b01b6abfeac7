import Type from 'typebox'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { JOB_RUN } from '../jobs/job-tables.ts'
import { createAccept } from './accept.ts'
import { createDispatcher } from './dispatcher.ts'
import { createEmit } from './emit.ts'
import { defineEvent } from './event-kind.ts'
import { type Subscription, subscribe } from './subscription.ts'

const Greeted = defineEvent('test.greeted', Type.Object({ who: Type.String() }), { lane: 'welcome' })
const Noted = defineEvent('test.noted', Type.Object({ who: Type.String() }))
const Met = defineEvent('test.met', Type.Object({ externalUserId: Type.String(), n: Type.Number() }))

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const states = () =>
  kit.db.tx((tx) =>
    tx.rows(
      raw<{ kind: string; state: string; attempts: number }>(
        'SELECT kind, state, attempts FROM inbound_event ORDER BY id',
      ),
    ),
  )

function setUp(subscriptions: Subscription[]) {
  const dispatcher = createDispatcher({ ...kit, subscriptions })
  const accept = createAccept({ ...kit, nudge: dispatcher.nudge, isHandled: dispatcher.isHandled })
  const arrive = (kind: string, who: string, lane: 'welcome' | 'normal' = 'normal') =>
    accept({ kind, dedupeKey: `${kind}:${who}`, lane, eventAtMs: kit.clock.now(), payload: { who } })
  return { dispatcher, arrive, accept }
}

describe('the inbox', () => {
  it('brings an event that came four times to its subscription once', async () => {
    const seen: string[] = []
    const { dispatcher, arrive } = setUp([
      subscribe('test.see', Noted, async (_tx, event) => void seen.push(event.payload.who)),
    ])
    await Promise.all([1, 2, 3, 4].map(() => arrive('test.noted', '王姐')))
    await dispatcher.drained()
    expect(seen).toEqual(['王姐'])
    expect(await states()).toEqual([{ kind: 'test.noted', state: 'done', attempts: 0 }])
  })

  it('takes welcome events before a backlog of others', async () => {
    const seen: string[] = []
    const { dispatcher, accept } = setUp([
      subscribe('test.note', Noted, async (_tx, event) => void seen.push(event.payload.who)),
      subscribe('test.greet', Greeted, async (_tx, event) => void seen.push(event.payload.who)),
    ])
    await dispatcher.stop()
    for (let i = 0; i < 40; i++) {
      await accept({ kind: 'test.noted', dedupeKey: `n${i}`, lane: 'normal', eventAtMs: 0, payload: { who: `n${i}` } })
    }
    await accept({
      kind: 'test.greeted',
      dedupeKey: 'g',
      lane: 'welcome',
      eventAtMs: 0,
      payload: { who: 'new customer' },
    })
    const next = createDispatcher({
      ...kit,
      subscriptions: [
        subscribe('test.note', Noted, async (_tx, event) => void seen.push(event.payload.who)),
        subscribe('test.greet', Greeted, async (_tx, event) => void seen.push(event.payload.who)),
      ],
    })
    await next.drained()
    expect(seen[0]).toBe('new customer')
    expect(seen).toHaveLength(41)
  })

  it('tries a failed subscription again later, alone, and undoes what it had written', async () => {
    let broken = true
    const healthy: string[] = []
    const { dispatcher, arrive } = setUp([
      subscribe('test.broken', Noted, async (tx) => {
        await tx.insert(JOB_RUN, { name: 'half-done', next_at: 0 })
        if (broken) throw new Error('boom')
      }),
      subscribe('test.healthy', Noted, async (_tx, event) => void healthy.push(event.payload.who)),
    ])
    await arrive('test.noted', '李哥')
    await dispatcher.drained()
    expect(healthy).toEqual(['李哥'])
    expect(await kit.db.tx((tx) => tx.rows(raw('SELECT name FROM job_run')))).toEqual([])
    expect(await states()).toEqual([{ kind: 'test.noted', state: 'new', attempts: 1 }])

    broken = false
    kit.clock.advance(1_000)
    await dispatcher.drained()
    expect(healthy).toEqual(['李哥'])
    expect(await kit.db.tx((tx) => tx.rows(raw('SELECT name FROM job_run')))).toEqual([{ name: 'half-done' }])
    expect((await states())[0]?.state).toBe('done')
  })

  it('keeps an event that nobody listens to, and gives up on a poisonous one in the end', async () => {
    const { dispatcher, arrive } = setUp([
      subscribe('test.poison', Noted, async () => {
        throw new Error('never works')
      }),
    ])
    await arrive('test.unheard', '张姐')
    await arrive('test.noted', '赵姐')
    for (let i = 0; i < 14; i++) {
      await dispatcher.drained()
      kit.clock.advance(3_600_000)
    }
    expect(await states()).toEqual([
      { kind: 'test.unheard', state: 'kept', attempts: 0 },
      { kind: 'test.noted', state: 'dead', attempts: 12 },
    ])
  })

  it('gives up at once on what no column takes, names it, and the next event goes through', async () => {
    const { dispatcher, arrive } = setUp([
      subscribe('test.keep', Noted, async (tx, event) => {
        await tx.insertIgnore(JOB_RUN, [{ name: event.payload.who, next_at: 0 }])
      }),
    ])
    await arrive('test.noted', 'x'.repeat(100))
    await arrive('test.noted', '王姐')
    await dispatcher.drained()
    expect(await states()).toEqual([
      { kind: 'test.noted', state: 'dead', attempts: 1 },
      { kind: 'test.noted', state: 'done', attempts: 0 },
    ])
    const [fault] = await kit.db.tx((tx) =>
      tx.rows(raw<{ last_error: string }>('SELECT last_error FROM inbound_event ORDER BY id LIMIT 1')),
    )
    expect(fault?.last_error).toContain('test.keep: db.too-long: job_run.name')
  })

  const meet = (accept: ReturnType<typeof createAccept>, ...met: [who: string, n: number][]) =>
    Promise.all(
      met.map(([externalUserId, n]) => {
        const event = { kind: 'test.met', lane: 'normal' as const, eventAtMs: 0, payload: { externalUserId, n } }
        return accept({ ...event, dedupeKey: `${externalUserId}:${n}` })
      }),
    )
  const standings = async (): Promise<string[]> => {
    const rows = await kit.db.tx((tx) =>
      tx.rows(raw<{ name: string; next_at: number }>('SELECT name, next_at FROM job_run ORDER BY name')),
    )
    return rows.map(({ name, next_at }) => `${name} ${next_at}`)
  }

  it('of a batch side by side the poisonous one waits alone; handled twice, nothing is other', async () => {
    let isPoisonous = true
    const after: string[] = []
    const { dispatcher, accept } = setUp([
      subscribe(
        'test.keep',
        Met,
        async (tx, { payload: { externalUserId, n } }) => {
          await tx.insertIgnore(JOB_RUN, [{ name: externalUserId, next_at: n }])
          if (externalUserId === 'c' && isPoisonous) throw new Error('boom')
        },
        { sideBySide: true },
      ),
      subscribe('test.after', Met, async (_tx, { payload }) => void after.push(payload.externalUserId)),
    ])
    await meet(accept, ['a', 1], ['b', 2], ['c', 3], ['d', 4])
    await dispatcher.drained()
    expect(await standings()).toEqual(['a 1', 'b 2', 'd 4'])
    expect((await states()).map(({ state, attempts }) => `${state} ${attempts}`)).toEqual([
      'done 0',
      'done 0',
      'new 1',
      'done 0',
    ])
    expect([...new Set(after)]).toEqual(['a', 'b', 'c', 'd'])

    isPoisonous = false
    kit.clock.advance(1_000)
    await dispatcher.drained()
    await kit.db.tx((tx) => tx.run(raw("UPDATE inbound_event SET state = 'new', done_subscriptions = NULL")))
    await dispatcher.drained()
    expect(await standings()).toEqual(['a 1', 'b 2', 'c 3', 'd 4'])
    expect((await states()).map(({ state }) => state)).toEqual(Array(4).fill('done'))
  })

  it('of one customer, events of a batch come one after the other, each seeing what the one before did', async () => {
    const { dispatcher, accept } = setUp([
      subscribe(
        'test.count',
        Met,
        async (tx, { payload: { externalUserId, n } }) => {
          const held = await tx.row(
            raw<{ next_at: number }>('SELECT next_at FROM job_run WHERE name = ?', [externalUserId]),
          )
          await tx.upsert(JOB_RUN, [{ name: externalUserId, next_at: (held?.next_at ?? 0) * 10 + n }], ['name'])
        },
        { sideBySide: true },
      ),
    ])
    await meet(accept, ['a', 1], ['b', 1], ['a', 2], ['a', 3], ['b', 2])
    await dispatcher.drained()
    expect(await standings()).toEqual(['a 123', 'b 12'])
  })

  it('an urgent one that never works takes none of the others down with it', async () => {
    const heard: string[] = []
    const { dispatcher, arrive } = setUp([
      subscribe('test.before', Greeted, async () => void heard.push('before')),
      subscribe(
        'test.urgent',
        Greeted,
        async () => {
          throw new Error('never works')
        },
        { isUrgent: () => true },
      ),
      subscribe('test.after', Greeted, async () => void heard.push('after')),
    ])
    await arrive('test.greeted', '王姐', 'welcome')
    await dispatcher.drained()
    expect(heard).toEqual(['before', 'after'])
    expect((await states())[0]).toMatchObject({ state: 'new', attempts: 1 })
  })

  it('emits our own events in the transaction of their cause, once per key', async () => {
    const seen: string[] = []
    const dispatcher = createDispatcher({
      ...kit,
      subscriptions: [
        subscribe('test.chain', Noted, async (tx, event) => {
          await emit(tx, Greeted, { key: event.payload.who, payload: { who: `hello ${event.payload.who}` } })
        }),
        subscribe('test.see', Greeted, async (_tx, event) => void seen.push(event.payload.who)),
      ],
    })
    const emit = createEmit({ clock: kit.clock, nudge: () => dispatcher.nudge() })
    const accept = createAccept({ ...kit, nudge: dispatcher.nudge, isHandled: dispatcher.isHandled })
    await accept({ kind: 'test.noted', dedupeKey: 'a', lane: 'normal', eventAtMs: 0, payload: { who: '周姐' } })
    await accept({ kind: 'test.noted', dedupeKey: 'b', lane: 'normal', eventAtMs: 0, payload: { who: '周姐' } })
    await dispatcher.drained()
    expect(seen).toEqual(['hello 周姐'])
  })

  it('shares one commit between events of one turn and refuses them together when the database is away', async () => {
    const { accept } = setUp([])
    await kit.db.source.destroy()
    const broken = { ...kit.db, statement: () => Promise.reject(new Error('gone')) }
    const refusing = createAccept({ db: broken, clock: kit.clock, nudge: () => undefined, isHandled: () => true })
    const event = { kind: 'k', dedupeKey: 'k', lane: 'normal' as const, eventAtMs: 0, payload: {} }
    const outcomes = await Promise.allSettled([refusing(event), refusing(event)])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
    await kit.db.connect()
    await expect(accept(event)).resolves.toBeUndefined()
  })
})
