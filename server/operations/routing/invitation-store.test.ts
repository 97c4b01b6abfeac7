import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { changeInvitation } from './change-invitation.ts'
import { type Invitation, invitationQueries, slotOf } from './invitation-queries.ts'
import { routingRuleNames } from './routing-rule-names.ts'
import { INVITATION, POOL_STANDING } from './routing-tables.ts'

const T = Date.parse('2026-11-22T09:00:00+08:00')
type Row = NewRowOf<typeof INVITATION>
const row = (reason_key: string, state: Row['state'], more: Partial<Row> = {}): Row => {
  const { external_userid = 'wmA', pool = '科普群' } = more
  const isUnderWay = state === 'open' || state === 'waiting'
  return {
    external_userid,
    userid: 'zhangsan',
    pool,
    reason_key,
    open_slot: isUnderWay ? slotOf(pool, external_userid) : null,
    state,
    invited_by: 'task',
    reason: '{"text":"测试"}',
    opened_at: T,
    lapse_at: T + 10,
    check_at: null,
    ...more,
  }
}

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
  await kit.db.tx((tx) =>
    tx.insertIgnore(
      INVITATION,
      [
        row('past', 'lapsed', { lapse_at: T - 9, check_at: null }),
        row('open', 'open', { check_at: T + 1 }),
        row('waits', 'waiting', { pool: '付费群', lapse_at: T + 9 }),
        row('other', 'open', { external_userid: 'wmB', userid: 'lisi', check_at: T, lapse_at: T + 10 }),
        row('waits too', 'waiting', { external_userid: 'wmC', pool: '付费群', lapse_at: T + 11 }),
        row('waits elsewhere', 'waiting', { external_userid: 'wmC', pool: 'VIP群', lapse_at: T + 11 }),
        row('joined', 'joined', { external_userid: 'wmC', pool: '科普群', lapse_at: T - 9 }),
        row('sooner', 'open', { external_userid: 'wmD', check_at: T + 2, lapse_at: T + 5 }),
      ].map((one) => ({ ...one, check_at: one.check_at ?? null })),
    ),
  )
})
afterEach(() => kit.close())

const ask = <Found>(work: (tx: Tx) => Promise<Found>): Promise<Found> => kit.db.tx(work)
const stored = () => ask((tx) => tx.rows(sql`SELECT ${all(INVITATION)} FROM ${INVITATION} ORDER BY ${INVITATION.id}`))
const keysOf = async (found: Promise<(Invitation | undefined)[]>): Promise<(string | undefined)[]> => {
  const keyOf = new Map((await stored()).map(({ id, reason_key }) => [id, reason_key]))
  return (await found).map((one) => keyOf.get(one?.id ?? 0))
}
const of = (work: (tx: Tx) => Promise<(Invitation | undefined)[]>) => keysOf(ask(work))
const q = invitationQueries

it.each<[string, (tx: Tx) => Promise<(Invitation | undefined)[]>, (string | undefined)[]]>([
  ['under way of a customer, the oldest first', (tx) => q.openOf(tx, 'wmA'), ['open', 'waits']],
  ['all of a customer, the newest first', (tx) => q.ofCustomer(tx, 'wmA'), ['waits', 'open', 'past']],
  ['under way into a pool', async (tx) => [await q.openFor(tx, '付费群', 'wmA')], ['waits']],
  ['none into a pool that was joined', async (tx) => [await q.openFor(tx, '科普群', 'wmC')], [undefined]],
  [
    'before a new one into a pool: that for the same reason, and that under way',
    async (tx) => Object.values(await q.standing(tx, { pool: '付费群', externalUserId: 'wmA', key: 'other' })),
    ['other', 'waits'],
  ],
  [
    'before a new one into a pool that was joined for another reason: none',
    async (tx) => Object.values(await q.standing(tx, { pool: '科普群', externalUserId: 'wmC', key: 'new' })),
    [undefined, undefined],
  ],
  ['whose time is over, the first first', (tx) => q.lapsing(tx, T + 10, 9), ['sooner', 'waits', 'open', 'other']],
  ['whose time is over, not a moment sooner', (tx) => q.lapsing(tx, T + 9, 9), ['sooner', 'waits']],
  ['no more than were asked for', (tx) => q.lapsing(tx, T + 10, 1), ['sooner']],
  ['to be looked after by now, the first first', (tx) => q.unchecked(tx, T + 2, 9), ['other', 'open', 'sooner']],
  ['to be looked after, not a moment sooner', (tx) => q.unchecked(tx, T + 1, 9), ['other', 'open']],
  [
    'under way of a guide',
    (tx) => q.openOfGuide(tx, 'zhangsan'),
    ['open', 'waits', 'waits too', 'waits elsewhere', 'sooner'],
  ],
  ['waiting for a pool, first come first', (tx) => q.waitingFor(tx, '付费群', 9), ['waits', 'waits too']],
  ['waiting for a pool, one', (tx) => q.waitingFor(tx, '付费群', 1), ['waits']],
])('invitations %s', async (_what, work, expected) => expect(await of(work)).toEqual(expected))

it('what is new about an invitation is written to it alone', async () => {
  const before = await stored()
  await ask((tx) => changeInvitation(tx, before[1]?.id ?? 0, { userid: 'wangwu' }))
  expect((await stored()).map((one) => one.userid)).toEqual(before.map((one, at) => (at === 1 ? 'wangwu' : one.userid)))
})

describe('a pool with another name', () => {
  const standings = async () =>
    (
      await ask((tx) => tx.rows(sql`SELECT ${all(POOL_STANDING)} FROM ${POOL_STANDING} ORDER BY ${POOL_STANDING.id}`))
    ).map((one) => `${one.external_userid} ${one.pool}`)
  beforeEach(() =>
    ask((tx) =>
      tx.insertIgnore(
        POOL_STANDING,
        ['科普群', '付费群'].map((pool) => ({ external_userid: 'wmA', pool, meets: 1, reviewed_at: T })),
      ),
    ),
  )
  const pools = async () => (await stored()).map((one) => [one.pool, one.open_slot])

  it('keeps its invitations and who belongs in it; the slots of those under way follow', async () => {
    const before = await pools()
    await ask((tx) => routingRuleNames.rename(tx, { kind: 'pool', from: '付费群', to: '会员群' }))
    expect(await pools()).toEqual(
      before.map(([pool, slot]) => (pool === '付费群' ? ['会员群', slot?.replace('付费群', '会员群')] : [pool, slot])),
    )
    expect(await standings()).toEqual(['wmA 科普群', 'wmA 会员群'])
  })

  it('what is no pool changes nothing', async () => {
    const before = await pools()
    await ask((tx) => routingRuleNames.rename(tx, { kind: 'channel', from: '付费群', to: '会员群' }))
    expect([await pools(), await standings()]).toEqual([before, ['wmA 科普群', 'wmA 付费群']])
  })

  it('is in use while somebody is invited into it', async () => {
    const isInUse = (kind: 'pool' | 'channel', name: string) =>
      ask((tx) => routingRuleNames.isInUse(tx, { kind, name }))
    expect([await isInUse('pool', '付费群'), await isInUse('channel', '付费群')]).toEqual([true, false])
    await ask((tx) => tx.insertIgnore(INVITATION, [row('old', 'lapsed', { pool: '旧群' })]))
    expect([await isInUse('pool', '旧群'), await isInUse('pool', '没有')]).toEqual([false, false])
  })
})
