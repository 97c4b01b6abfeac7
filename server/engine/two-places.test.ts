import Type from 'typebox'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw } from '../core/db/sql.ts'
import type { Place } from '../core/kernel/place.ts'
import { createTestKit, type TestKit } from '../testing/test-kit.ts'
import { defineAction } from './actions/action-kind.ts'
import { claimActions } from './actions/claim.ts'
import { createOutbox } from './actions/outbox.ts'
import { createAccept } from './inbox/accept.ts'
import { createDispatcher } from './inbox/dispatcher.ts'
import { defineEvent } from './inbox/event-kind.ts'
import { subscribe } from './inbox/subscription.ts'
import { shardOf } from './shard-of.ts'

const Met = defineEvent('test.met', Type.Object({ externalUserId: Type.String() }))
const Send = defineAction('test.send', 'event', Type.Object({}))
const PEOPLE = Array.from({ length: 60 }, (_, n) => `wm${n}`)
const isOf =
  ({ rank, of }: Place) =>
  (name: string): boolean =>
    shardOf(name) % of === rank

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

/** A process among several, which tells whom it handled, in whole passes. */
function processAt(place: Place) {
  const handled: string[] = []
  const see = subscribe('test.see', Met, async (_tx, { payload }) => void handled.push(payload.externalUserId))
  const dispatcher = createDispatcher({ ...kit, subscriptions: [see], place: () => place })
  return { handled, place, dispatcher }
}

async function arrive(): Promise<void> {
  const accept = createAccept({ ...kit, nudge: () => undefined, isHandled: () => true })
  await Promise.all(
    PEOPLE.map((who) =>
      accept({
        ...{ kind: Met.kind, dedupeKey: who, lane: 'normal', eventAtMs: kit.clock.now() },
        payload: { externalUserId: who },
      }),
    ),
  )
}

it('each process begins with customers of its own, and goes on with those of one that does not come to them', async () => {
  await arrive()
  const [first, second] = [0, 1].map((rank) => processAt({ rank, of: 2 }))
  if (first === undefined || second === undefined) throw new Error('two were made')
  await first.dispatcher.drained()
  const own = PEOPLE.filter(isOf(first.place))
  expect(own.length).toBeGreaterThan(20)
  expect(own.length).toBeLessThan(40)
  expect(first.handled.slice(0, 16)).toEqual(own.slice(0, 16))
  expect([...first.handled].sort()).toEqual([...PEOPLE].sort())
  await second.dispatcher.drained()
  expect(second.handled).toEqual([])
})

it.runIf(process.env.TEST_MYSQL_URL)('two at once handle each customer once', async () => {
  await arrive()
  const both = [0, 1].map((rank) => processAt({ rank, of: 2 }))
  await Promise.all(both.map(({ dispatcher }) => dispatcher.drained()))
  expect(both.flatMap(({ handled }) => handled).sort()).toEqual([...PEOPLE].sort())
})

it('what is told by an event without a customer has a part of its own', async () => {
  const accept = createAccept({ ...kit, nudge: () => undefined, isHandled: () => true })
  for (const key of ['a', 'b']) {
    await accept({ kind: 'test.other', dedupeKey: key, lane: 'normal', eventAtMs: 0, payload: { key } })
  }
  const rows = await kit.db.tx((tx) =>
    tx.rows(raw<{ shard: number }>('SELECT shard FROM inbound_event ORDER BY dedupe_key')),
  )
  expect(rows.map(({ shard }) => Number(shard))).toEqual([shardOf('a'), shardOf('b')])
})

it('actions are claimed for customers of one’s own first; of one customer the first goes before the second, whoever takes it', async () => {
  const outbox = createOutbox({ clock: kit.clock, nudge: () => undefined })
  for (const externalUserId of PEOPLE) {
    for (const nth of [1, 2]) {
      await kit.db.tx((tx) =>
        outbox.enqueue(tx, Send, {
          key: `${externalUserId} ${nth}`,
          payload: {},
          reason: { text: '试' },
          externalUserId,
        }),
      )
    }
  }
  const claim = async (place: Place): Promise<string[]> => {
    const how = { lane: 'event' as const, limit: 8, nowMs: kit.clock.now(), instance: `${place.rank}` }
    const { claimed } = await claimActions(kit.db, { ...how, place, turn: 0, isBusy: () => false })
    return claimed.map(({ dedupeKey }) => dedupeKey)
  }
  const [first, second] = [await claim({ rank: 0, of: 2 }), await claim({ rank: 1, of: 2 })]
  expect([first.length, second.length]).toEqual([8, 8])
  const keys = (rank: number): string[] => PEOPLE.filter(isOf({ rank, of: 2 })).map((who) => `${who} 1`)
  expect(first).toEqual(keys(0).slice(0, 8))
  expect(second).toEqual(keys(1).slice(0, 8))
})

it.runIf(process.env.TEST_MYSQL_URL)(
  'whoever finds all that it wants in the hands of another takes what is left',
  async () => {
    // As after an upgrade: nobody has said yet whose they are.
    await arrive()
    await kit.db.statement((tx) => tx.run(raw('UPDATE inbound_event SET shard = 0')))
    let release: () => void = () => undefined
    const isReleased = new Promise<void>((resolve) => {
      release = resolve
    })
    let hold: () => void = () => undefined
    const isHeld = new Promise<void>((resolve) => {
      hold = resolve
    })
    // The sixteen oldest, which the other one's first look wants as well.
    const holding = kit.db.tx(async (tx) => {
      await tx.rows(raw('SELECT id FROM inbound_event ORDER BY id LIMIT 16 FOR UPDATE'))
      hold()
      await isReleased
    })
    await isHeld
    const other = processAt({ rank: 1, of: 2 })
    await other.dispatcher.drained()
    expect(other.handled).toHaveLength(PEOPLE.length - 16)
    release()
    await holding
    await other.dispatcher.drained()
    expect([...other.handled].sort()).toEqual([...PEOPLE].sort())
  },
)
