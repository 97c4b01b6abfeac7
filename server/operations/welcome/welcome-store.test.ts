import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { missedWelcomes } from './missed-welcomes.ts'
import { spareCode } from './spare-code.ts'
import type { WelcomeState } from './welcome-state.ts'
import { type FriendshipKey, welcomeStore } from './welcome-store.ts'

const T = Date.parse('2026-11-22T09:00:00+08:00')
const PAIR: FriendshipKey = { externalUserId: 'wmA', userId: 'zhangsan', addedAtMs: T }
/** What differs from it in one thing only. */
const OTHERS: FriendshipKey[] = [
  { ...PAIR, externalUserId: 'wmB' },
  { ...PAIR, userId: 'lisi' },
  { ...PAIR, addedAtMs: T + 1_000 },
]

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const claim = (key: FriendshipKey, hash: string | null, receivedAtMs = T) =>
  kit.db.tx((tx) => welcomeStore.claim(tx, key, { hash, receivedAtMs }))
const find = (key: FriendshipKey) => kit.db.tx((tx) => welcomeStore.find(tx, key))
const end = (key: FriendshipKey, state: WelcomeState) =>
  kit.db.tx((tx) => welcomeStore.set(tx, key, { state, reason: '测试' }))
const stateOf = async (key: FriendshipKey) => (await find(key))?.state

describe('the one place of a friendship', () => {
  it.each<[string, { hash: string | null; state?: WelcomeState }, string | null, boolean]>([
    ['whose code waits, not for another', { hash: 'one' }, 'two', false],
    ['that had no code, for one', { hash: null }, 'two', true],
    ['that had no code, not for none', { hash: null }, null, false],
    ['whose code came too late, for another', { hash: 'one', state: 'late' }, 'two', true],
    ['whose code was refused, for another', { hash: 'one', state: 'failed' }, 'two', true],
    ['whose code was refused, not for the same', { hash: 'one', state: 'failed' }, 'one', false],
    ['whose code was refused, not for none', { hash: 'one', state: 'failed' }, null, false],
    ['whose welcome was sent, not for another', { hash: 'one', state: 'sent' }, 'two', false],
    ['that another app took, not for another', { hash: 'one', state: 'taken' }, 'two', false],
  ])('%s', async (_what, { hash, state }, next, isFree) => {
    expect(await claim(PAIR, hash)).toBe(true)
    expect(await stateOf(PAIR)).toBe(hash === null ? 'none' : 'waiting')
    for (const other of OTHERS) expect(await claim(other, 'other')).toBe(true)
    if (state !== undefined) await end(PAIR, state)
    expect(await claim(PAIR, next, T + 5)).toBe(isFree)
    if (isFree) expect(await find(PAIR)).toMatchObject({ state: 'waiting', code_hash: next, received_at: T + 5 })
    else
      expect(await find(PAIR)).toMatchObject({ state: state ?? (hash === null ? 'none' : 'waiting'), received_at: T })
    for (const other of OTHERS) expect(await find(other)).toMatchObject({ state: 'waiting', code_hash: 'other' })
  })

  it('is taken with what is about to be sent, once', async () => {
    const sending = { hash: 'h', receivedAtMs: T, reason: '默认', rule: '欢迎', version: '3', leftOut: ['图片'] }
    const begin = () => kit.db.tx((tx) => welcomeStore.begin(tx, PAIR, sending))
    expect([await begin(), await begin()]).toEqual([true, false])
    const [outcome] = await kit.db.tx((tx) => welcomeStore.ofCustomer(tx, 'wmA'))
    expect(outcome).toMatchObject({ state: 'waiting', reason: '默认', rule: '欢迎', version: '3', leftOut: ['图片'] })
  })

  it('keeps what was left out until something else is said of it; how it ended is its own', async () => {
    for (const key of [PAIR, ...OTHERS]) await claim(key, 'one')
    const outcomeOf = async () => (await kit.db.tx((tx) => welcomeStore.ofCustomer(tx, 'wmA'))).at(-1)
    await kit.db.tx((tx) => welcomeStore.set(tx, PAIR, { state: 'waiting', reason: 'r', leftOut: ['图片'] }))
    expect((await outcomeOf())?.leftOut).toEqual(['图片'])
    await kit.db.tx((tx) => welcomeStore.setSent(tx, PAIR, T + 9, 7))
    expect(await outcomeOf()).toMatchObject({ state: 'sent', leftOut: ['图片'], sentAtMs: T + 9, latencyMs: 7 })
    for (const other of OTHERS) expect(await stateOf(other)).toBe('waiting')
    await end(PAIR, 'failed')
    for (const other of OTHERS) expect(await stateOf(other)).toBe('waiting')
  })
})

it('of a customer, the newest friendship comes first, with nothing left out where nothing was said', async () => {
  for (const [userId, addedAtMs] of [
    ['a', T],
    ['b', T + 2],
    ['c', T + 1],
    ['d', T + 2],
  ] as const) {
    await claim({ externalUserId: 'wmA', userId, addedAtMs }, null)
  }
  await claim({ ...PAIR, externalUserId: 'wmB' }, null)
  const outcomes = await kit.db.tx((tx) => welcomeStore.ofCustomer(tx, 'wmA'))
  expect(outcomes.map(({ userId, leftOut }) => [userId, leftOut])).toEqual(['d', 'b', 'c', 'a'].map((id) => [id, []]))
})

it('missed are those that did not go out, are unsure or took too long, since then, the newest first', async () => {
  const rows: [userId: string, WelcomeState, addedAtMs: number, latencyMs: number | null][] = [
    ['slow', 'sent', T, 5_001],
    ['quick', 'sent', T, 5_000],
    ['late', 'late', T, null],
    ['failed', 'failed', T + 2, null],
    ['none', 'none', T + 1, null],
    ['unsure', 'sent-or-taken', T, null],
    ['taken', 'taken', T, 9_000],
    ['waits', 'waiting', T, 9_000],
    ['old', 'late', T - 1, null],
  ]
  for (const [userId, state, addedAtMs, latencyMs] of rows) {
    await claim({ externalUserId: 'wmA', userId, addedAtMs }, 'h')
    await kit.db.tx((tx) =>
      tx.run(raw('UPDATE welcome SET state = ?, latency_ms = ? WHERE userid = ?', [state, latencyMs, userId])),
    )
  }
  const missed = async (limit: number) => {
    const found = await kit.db.tx((tx) => missedWelcomes(tx, { sinceMs: T, slowMs: 5_000, limit }))
    return found.map((one) => one.userId)
  }
  expect(await missed(9)).toEqual(['failed', 'none', 'unsure', 'late', 'slow'])
  expect(await missed(2)).toEqual(['failed', 'none'])
})

describe('a spare code', () => {
  const wanted = (key: FriendshipKey, welcomeCode: string) => ({
    ...key,
    channel: null,
    welcomeCode,
    codeAtMs: T,
    receivedAtMs: T,
    eventId: 1,
  })
  const keep = (key: FriendshipKey, code: string, nowMs: number) =>
    kit.db.tx((tx) => spareCode.keep(tx, wanted(key, code), code, nowMs))
  const take = async (key: FriendshipKey) => (await kit.db.tx((tx) => spareCode.take(tx, key)))?.welcomeCode

  it('is taken once, the newest, and of its friendship alone', async () => {
    await keep(PAIR, 'one', T)
    for (const [n, other] of OTHERS.entries()) await keep(other, `other${n}`, T)
    await keep(PAIR, 'two', T + 1)
    expect([await take(PAIR), await take(PAIR)]).toEqual(['two', undefined])
    for (const [n, other] of OTHERS.entries()) expect(await take(other)).toBe(`other${n}`)
  })

  it('is thrown away by the next one when it is older than a minute', async () => {
    await keep(PAIR, 'old', T - 1)
    await keep(OTHERS[0] ?? PAIR, 'minute', T)
    await keep(OTHERS[1] ?? PAIR, 'new', T + MINUTE_MS)
    expect([await take(PAIR), await take(OTHERS[0] ?? PAIR)]).toEqual([undefined, 'minute'])
  })
})
