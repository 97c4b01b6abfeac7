import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { all, pick, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { EMPTIED } from '../emptied.ts'
import { INBOUND_EVENT } from '../inbox/event-tables.ts'
import { ACTION } from './action-tables.ts'
import { deadLetters } from './dead-letters.ts'

type ActionRow = NewRowOf<typeof ACTION>

const T = Date.parse('2026-11-22T09:00:00+08:00')
const action = (dedupe_key: string, state: ActionRow['state'], more: Partial<ActionRow> = {}): ActionRow => ({
  dedupe_key,
  kind: 'tag.mark',
  lane: 1,
  payload: '{}',
  reason: '{}',
  external_userid: null,
  userid: null,
  state,
  due_at: T,
  expires_at: null,
  lease_until: null,
  lease_by: null,
  attempts: 12,
  error_code: null,
  last_error: null,
  result: null,
  created_at: T,
  started_at: null,
  finished_at: T,
  last_code: 'wecom.x',
  may_have_happened: 0,
  ...more,
})
const event = (dedupe_key: string, state: 'new' | 'done' | 'dead', more: { kind?: string; due_at?: number } = {}) => ({
  dedupe_key,
  kind: 'customer.added',
  lane: 1 as const,
  payload: '{"a":1}',
  event_at: T,
  received_at: T,
  state,
  due_at: T,
  attempts: 12,
  last_error: state === 'dead' ? 'boom' : null,
  ...more,
})

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
  const known = { external_userid: 'wmA', userid: 'zhangsan', error_code: 40068, last_error: 'gone' }
  await kit.db.tx(async (tx) => {
    await tx.insertIgnore(ACTION, [
      action('d1', 'dead', { ...known, finished_at: T + 10 }),
      action('d2', 'dead', { kind: 'remark.set', finished_at: null, created_at: T + 5, error_code: 1 }),
      action('d3', 'dead', { finished_at: T + 7 }),
      action('f1', 'failed', { finished_at: T + 20 }),
      action('x1', 'expired', { finished_at: T + 30 }),
      action('f2', 'failed', { finished_at: T + 20 }),
      action('old', 'failed', { finished_at: T + 19 }),
      action('waits', 'waiting', { finished_at: T + 40 }),
      action('done', 'done', { finished_at: T + 40 }),
      action('emptied', 'dead', { kind: 'old', payload: EMPTIED, finished_at: T + 8 }),
    ])
    await tx.insertIgnore(INBOUND_EVENT, [
      event('e1', 'dead', { due_at: T + 3 }),
      event('e2', 'new'),
      event('e3', 'dead', { kind: 'tag.changed', due_at: T + 4 }),
      event('e4', 'dead', { due_at: T + 2 }),
      event('e5', 'done'),
    ])
  })
})
afterEach(() => kit.close())

const ask = <T>(work: (tx: Parameters<typeof deadLetters.count>[0]) => Promise<T>): Promise<T> => kit.db.tx(work)
const line = ({ kind, what, diedAtMs }: { kind: string; what: string; diedAtMs: number }) =>
  `${kind} ${what} ${diedAtMs - T}`

it('lists what was given up, actions before events, the oldest first, no more of each than wanted', async () => {
  expect((await ask((tx) => deadLetters.list(tx, 9))).map(line)).toEqual([
    'action tag.mark 10',
    'action remark.set 5',
    'action tag.mark 7',
    'action old 8',
    'event customer.added 3',
    'event tag.changed 4',
    'event customer.added 2',
  ])
  const [one, other, ...rest] = await ask((tx) => deadLetters.list(tx, 1))
  expect(rest).toEqual([])
  const known = { externalUserId: 'wmA', userId: 'zhangsan', errcode: 40068, lastError: 'gone' }
  expect(one).toEqual({ id: one?.id, kind: 'action', what: 'tag.mark', attempts: 12, diedAtMs: T + 10, ...known })
  const unknown = { externalUserId: undefined, userId: undefined, errcode: undefined }
  expect(other).toEqual({
    ...unknown,
    id: other?.id,
    kind: 'event',
    what: 'customer.added',
    attempts: 12,
    lastError: 'boom',
    diedAtMs: T + 3,
  })
})

it('counts them, by kind with the newest of each and why the last was given up', async () => {
  expect(await ask((tx) => deadLetters.count(tx))).toEqual({ action: 4, event: 3 })
  expect(await ask((tx) => deadLetters.tally(tx))).toEqual([
    { kind: 'action', what: 'old', count: 1, newestAtMs: T + 8, errcode: undefined },
    { kind: 'action', what: 'remark.set', count: 1, newestAtMs: T + 5, errcode: 1 },
    // The last of them came to no answer.
    { kind: 'action', what: 'tag.mark', count: 2, newestAtMs: T + 10, errcode: undefined },
    { kind: 'event', what: 'customer.added', count: 2, newestAtMs: T + 3, errcode: undefined },
    { kind: 'event', what: 'tag.changed', count: 1, newestAtMs: T + 4, errcode: undefined },
  ])
})

it('lists what was refused or came too late since then, the newest first', async () => {
  const ids = await ask((tx) => tx.rows(sql`SELECT ${pick(ACTION, 'id', 'dedupe_key')} FROM ${ACTION}`))
  const keyOf = new Map(ids.map(({ id, dedupe_key }) => [id, dedupe_key]))
  const refused = async (limit: number) => {
    const found = await ask((tx) => deadLetters.refused(tx, { sinceMs: T + 20, limit }))
    return found.map(({ id }) => keyOf.get(id))
  }
  expect(await refused(9)).toEqual(['x1', 'f2', 'f1'])
  expect(await refused(2)).toEqual(['x1', 'f2'])
})

describe('a retry', () => {
  const waiting = async (): Promise<string[]> => {
    const actions = await ask((tx) =>
      tx.rows(sql`SELECT ${all(ACTION)} FROM ${ACTION} WHERE ${ACTION.attempts} = 0 ORDER BY ${ACTION.id}`),
    )
    for (const one of actions) {
      expect([one.state, one.due_at, one.finished_at, one.last_code, one.may_have_happened]).toEqual([
        'waiting',
        T + 99,
        null,
        'action.crashed',
        1,
      ])
    }
    const events = await ask((tx) =>
      tx.rows(
        sql`SELECT ${all(INBOUND_EVENT)} FROM ${INBOUND_EVENT} WHERE ${INBOUND_EVENT.attempts} = 0 ORDER BY ${INBOUND_EVENT.id}`,
      ),
    )
    for (const one of events) expect([one.state, one.due_at]).toEqual(['new', T + 99])
    return [...actions, ...events].map((one) => one.dedupe_key)
  }
  it.each<[string, { kind: 'action' | 'event'; what?: string; first?: string }, string[]]>([
    ['all actions whose content is still kept', { kind: 'action' }, ['d1', 'd2', 'd3']],
    ['those of one kind', { kind: 'action', what: 'tag.mark' }, ['d1', 'd3']],
    ['one action', { kind: 'action', first: 'd3' }, ['d3']],
    ['no action that is not dead', { kind: 'action', first: 'f1' }, []],
    ['none of another kind', { kind: 'action', first: 'd3', what: 'remark.set' }, []],
    ['all events', { kind: 'event' }, ['e1', 'e3', 'e4']],
    ['events of one kind', { kind: 'event', what: 'customer.added' }, ['e1', 'e4']],
    ['one event', { kind: 'event', first: 'e3' }, ['e3']],
  ])('puts back %s, once', async (_what, { kind, what, first }, expected) => {
    const table = kind === 'action' ? ACTION : INBOUND_EVENT
    const found = await ask((tx) =>
      tx.row(
        sql`SELECT ${pick(table as typeof ACTION, 'id')} FROM ${table} WHERE ${table.dedupe_key} = ${first ?? ''}`,
      ),
    )
    const wanted = { kind, ...(what === undefined ? {} : { what }), ...(found === undefined ? {} : { id: found.id }) }
    expect(await ask((tx) => deadLetters.retry(tx, wanted, T + 99))).toBe(expected.length)
    expect(await waiting()).toEqual(expected)
    expect(await ask((tx) => deadLetters.retry(tx, wanted, T + 100))).toBe(0)
  })
})
