import Type from 'typebox'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pick, set, sql } from '../../core/db/sql.ts'
import { ALONE } from '../../core/kernel/place.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { type ActionKind, defineAction, type Lane } from './action-kind.ts'
import { ACTION } from './action-tables.ts'
import { type ClaimOptions, claimActions, postponeKind, releaseLeases } from './claim.ts'
import { createOutbox } from './outbox.ts'

const Payload = Type.Object({})
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

type Wanted = { kind?: ActionKind<typeof Payload>; externalUserId?: string; dueAtMs?: number; lane?: Lane }
const enqueue = (key: string, { kind = Send, ...more }: Wanted = {}) => {
  const outbox = createOutbox({ clock: kit.clock, nudge: () => undefined })
  return kit.db.tx((tx) => outbox.enqueue(tx, kind, { key, payload: {}, reason: { text: '测试' }, ...more }))
}
const claim = async (options: Partial<ClaimOptions> = {}) => {
  const asked = {
    lane: 'event' as const,
    limit: 8,
    nowMs: now,
    instance: 'one',
    place: ALONE,
    turn: 0,
    isBusy: () => false,
    ...options,
  }
  const { claimed, isMore } = await claimActions(kit.db, asked)
  return { keys: claimed.map((action) => action.dedupeKey), isMore, claimed }
}
const change = (key: string, changes: Parameters<typeof set<typeof ACTION>>[1]) =>
  kit.db.tx((tx) => tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, changes)} WHERE ${ACTION.dedupe_key} = ${key}`))
const due = async () => {
  const rows = await kit.db.tx((tx) =>
    tx.rows(sql`SELECT ${pick(ACTION, 'dedupe_key', 'due_at', 'state')} FROM ${ACTION} ORDER BY ${ACTION.id}`),
  )
  return rows.map((row) => `${row.dedupe_key} ${row.state} ${row.due_at - now}`)
}

describe('a claim', () => {
  it('takes what is due in its lane, the oldest first, and no more than there is room for', async () => {
    await enqueue('second', { dueAtMs: now })
    await enqueue('first', { dueAtMs: now - 1 })
    await enqueue('third', { dueAtMs: now })
    await enqueue('later', { dueAtMs: now + 1 })
    await enqueue('greets', { kind: Hello })
    await enqueue('runs', { dueAtMs: now - 5 })
    await change('runs', { state: 'running' })
    expect(await claim({ limit: 2 })).toMatchObject({ keys: ['first', 'second'], isMore: true })
    expect(await claim({ limit: 2 })).toMatchObject({ keys: ['third'], isMore: false })
    expect(await claim({ lane: 'welcome' })).toMatchObject({ keys: ['greets'] })
  })

  it('takes one of each customer and kind, and none that is kept back, and looks behind them', async () => {
    for (const key of ['a1', 'a2', 'a3']) await enqueue(key, { externalUserId: 'wmA' })
    await enqueue('a4', { kind: Note, externalUserId: 'wmA' })
    await enqueue('b1', { externalUserId: 'wmB' })
    await enqueue('nobody1')
    await enqueue('nobody2')
    const isBusy: ClaimOptions['isBusy'] = (row) => row.externalUserId === 'wmB'
    expect((await claim({ limit: 4, isBusy })).keys).toEqual(['a1', 'a4', 'nobody1', 'nobody2'])
  })

  it('holds what it takes for a minute, a welcome for eight seconds, in two statements', async () => {
    await enqueue('sends')
    await enqueue('greets', { kind: Hello })
    const { total } = await countStatements(kit.db, async () => {
      const [action] = (await claim()).claimed
      expect([action?.attempts, action?.leaseBy, action?.lastTrouble]).toEqual([1, 'one', undefined])
    })
    expect(total).toBe(2)
    await claim({ lane: 'welcome' })
    const held = await kit.db.tx((tx) =>
      tx.rows(
        sql`SELECT ${pick(ACTION, 'lease_until', 'lease_by', 'started_at', 'attempts')} FROM ${ACTION} ORDER BY ${ACTION.id}`,
      ),
    )
    expect(held).toEqual([
      { lease_until: now + 60_000, lease_by: 'one', started_at: now, attempts: 1 },
      { lease_until: now + 8_000, lease_by: 'one', started_at: now, attempts: 1 },
    ])
  })

  it('leaves what another has taken meanwhile, and says that it was not the first', async () => {
    for (const key of ['a', 'b', 'c']) await enqueue(key)
    let asked = 0
    // Between what the other sees and what it takes.
    const statement: typeof kit.db.statement = async (work, rank) => {
      asked += 1
      if (asked === 2) expect((await claim({ instance: 'one', limit: 2 })).keys).toEqual(['a', 'b'])
      return kit.db.statement(work, rank)
    }
    const how = {
      lane: 'event' as const,
      limit: 8,
      nowMs: now,
      instance: 'two',
      place: ALONE,
      turn: 0,
      isBusy: () => false,
    }
    const { claimed, isMore } = await claimActions({ ...kit.db, statement }, how)
    expect([claimed.map((action) => action.dedupeKey), isMore]).toEqual([['c'], true])
  })
})

describe('actions of a kind that a limit keeps back', () => {
  it('are moved as far as said: those that wait in the lane and are due', async () => {
    expect(await postponeKind(kit.db, { kind: Send.kind, lane: 'event', nowMs: now, afterMs: 7 })).toBe(0)
    await enqueue('waits', { dueAtMs: now })
    await enqueue('later', { dueAtMs: now + 1 })
    await enqueue('runs')
    await change('runs', { state: 'running' })
    await enqueue('note', { kind: Note })
    await enqueue('campaign', { lane: 'campaign' })
    expect(await postponeKind(kit.db, { kind: Send.kind, lane: 'event', nowMs: now, afterMs: 7 })).toBe(1)
    expect(await due()).toEqual([
      'waits waiting 7',
      'later waiting 1',
      'runs running 0',
      'note waiting 0',
      'campaign waiting 0',
    ])
  })
})

describe('leases of the dead', () => {
  it('are given back at the instant at which they end, those of the living when nobody else can live', async () => {
    for (const key of ['ended', 'lasts', 'over', 'waits']) await enqueue(key)
    await change('ended', { state: 'running', lease_until: now, lease_by: 'dead' })
    await change('lasts', { state: 'running', lease_until: now + 1, lease_by: 'dead' })
    await change('over', { state: 'failed', lease_until: now, error_code: 7 })
    const states = async () => (await due()).map((line) => line.split(' ')[1])
    expect(await releaseLeases(kit.db, now, { all: false })).toBe(1)
    expect(await states()).toEqual(['waiting', 'running', 'failed', 'waiting'])
    expect(await releaseLeases(kit.db, now, { all: true })).toBe(1)
    expect(await states()).toEqual(['waiting', 'waiting', 'failed', 'waiting'])
    const [ended, , waits] = (await claim()).claimed
    const crashed = { code: 'action.crashed', errcode: undefined, message: 'process ended during the call' }
    expect([ended?.mayHaveHappened, ended?.lastTrouble]).toEqual([true, crashed])
    expect([waits?.mayHaveHappened, waits?.lastTrouble]).toEqual([false, undefined])
  })
})
