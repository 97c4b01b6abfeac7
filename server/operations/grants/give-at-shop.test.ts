import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Action } from '../../engine/actions/action-kind.ts'
import { giveOnce } from '../../platform/shops/give-once.ts'
import { ShopError, shopRefuses } from '../../platform/shops/shop-error.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createGiveAtShop } from './give-at-shop.ts'
import type { GrantDesk } from './grant-desk.ts'
import { type Grant, grantStore } from './grant-store.ts'

const LAG_MS = 40 * SECOND_MS
type Fate = 'carried out' | 'answer lost' | 'never arrives' | 'refused'

let kit: TestKit
/** When each coupon was given. */
let given: number[]
let sent: number
let fate: Fate
/** Awaited before the shop says what the member has. */
let beforeHolds: () => Promise<void>
let beforeMember: () => Promise<void>
beforeEach(async () => {
  kit = await createTestKit()
  given = []
  sent = 0
  fate = 'carried out'
  beforeHolds = async () => undefined
  beforeMember = async () => undefined
})
afterEach(() => kit.close())

/** A shop whose list of coupons lags behind. */
const grantDesk: GrantDesk = {
  at: async () => {
    const holds = async () => String(given.filter((atMs) => atMs + LAG_MS <= kit.clock.now()).length)
    return {
      memberOf: async (externalUserId) => {
        await beforeMember()
        return `member ${externalUserId}`
      },
      holds: async () => {
        const held = await holds()
        await beforeHolds()
        return held
      },
      grant: (asked) =>
        giveOnce({
          asked,
          given: 1,
          holds,
          send: async () => {
            sent += 1
            if (fate === 'refused') throw shopRefuses('no right', '没有权限')
            if (fate !== 'never arrives') given.push(kit.clock.now())
            if (fate !== 'carried out')
              throw new ShopError('shop.unreachable', 'lost', { scope: 'shop', zh: '断', mayHaveHappened: true })
          },
        }),
    }
  },
}

const giving = () => createGiveAtShop({ ...kit, grantDesk, onOutcome: async () => undefined })

async function ask(key = 'k', externalUserId = 'wm1'): Promise<Grant> {
  const asked = { key, externalUserId, userId: 'zhangsan', shop: 'muye', name: '券', reason: { text: '测试' } }
  const gift = { kind: 'coupon', coupon: '1' } as const
  const terms = { gift, lapsesAtMs: kit.clock.now() + 60 * MINUTE_MS, asksGuide: false }
  const grant = await kit.db.tx((tx) => grantStore.add(tx, { ...asked, ...terms }, kit.clock.now()))
  if (grant === undefined) throw new Error('asked for before')
  return grant
}

const perform = ({ id, looks }: Grant, mayHaveHappened: boolean) =>
  giving().perform({ payload: { grantId: id, look: looks }, mayHaveHappened } as Action)

describe('the minute in which the shop may not show it yet', () => {
  it('begins anew with every send', async () => {
    const grant = await ask()
    fate = 'never arrives'
    await expect(perform(grant, false)).rejects.toMatchObject({ mayHaveHappened: true })
    kit.clock.advance(MINUTE_MS)
    fate = 'answer lost'
    await expect(perform(grant, true)).rejects.toMatchObject({ mayHaveHappened: true })
    kit.clock.advance(2 * SECOND_MS)
    await expect(perform(grant, true)).rejects.toMatchObject({ code: 'grant.settling' })
    kit.clock.advance(MINUTE_MS)
    expect([await perform(grant, true), sent, given.length]).toEqual([{ kind: 'given' }, 2, 1])
  })

  it('is told by what is written down before: to whom, and what they had', async () => {
    const grant = await ask()
    expect(await perform(grant, false)).toEqual({ kind: 'given' })
    expect(await kit.db.tx((tx) => grantStore.byId(tx, grant.id))).toMatchObject({
      member: 'member wm1',
      heldBefore: '0',
    })
  })
})

describe('two processes', () => {
  it('that began with the same knowledge: one sends', async () => {
    const grant = await ask()
    let isFirst = true
    beforeHolds = async () => {
      if (!isFirst) return
      isFirst = false
      // The lease of the slow one is over; another takes its action, and is done while it still thinks.
      expect(await perform(grant, true)).toEqual({ kind: 'given' })
    }
    await expect(perform(grant, false)).rejects.toMatchObject({ code: 'grant.settling', mayHaveHappened: true })
    expect([sent, given.length]).toEqual([1, 1])
  })

  it('that both come after a lost answer: one sends', async () => {
    const grant = await ask()
    fate = 'never arrives'
    await expect(perform(grant, false)).rejects.toMatchObject({ mayHaveHappened: true })
    kit.clock.advance(MINUTE_MS)
    fate = 'carried out'
    const ends = await Promise.allSettled([perform(grant, true), perform(grant, true)])
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(given.length).toBe(1)
  })

  it('what has become slow is not sent any more', async () => {
    const grant = await ask()
    beforeMember = async () => kit.clock.advance(46 * SECOND_MS)
    await expect(perform(grant, false)).rejects.toMatchObject({ code: 'grant.settling', mayHaveHappened: false })
    expect(sent).toBe(0)
  })
})

describe('two gifts of the same to one member', () => {
  it('the second waits while nobody knows of the first', async () => {
    const [first, second] = [await ask('first'), await ask('second')]
    fate = 'never arrives'
    await expect(perform(first, false)).rejects.toMatchObject({ mayHaveHappened: true })
    fate = 'carried out'
    kit.clock.advance(30 * SECOND_MS)
    await expect(perform(second, false)).rejects.toMatchObject({ code: 'shop.paused', mayHaveHappened: false })
    kit.clock.advance(30 * SECOND_MS)
    expect([await perform(first, true), given.length]).toEqual([{ kind: 'given' }, 1])
    await kit.db.tx((tx) => grantStore.end(tx, first.id, { state: 'given', why: undefined, nowMs: kit.clock.now() }))
    // The list does not show the first one yet: it would be taken for the second.
    await expect(perform(second, false)).rejects.toMatchObject({ code: 'shop.paused' })
    kit.clock.advance(MINUTE_MS)
    expect([await perform(second, false), given.length]).toEqual([{ kind: 'given' }, 2])
  })

  it('asked for at once: one goes first, however many pairs there are', async () => {
    const customers = Array.from({ length: 30 }, (_, nth) => `wm${nth}`)
    const grants: Grant[] = []
    for (const one of customers) grants.push(await ask(`${one} first`, one), await ask(`${one} second`, one))
    const ends = await Promise.allSettled(grants.map((one) => perform(one, false)))
    const pairs = customers.map((_, nth) => [ends[2 * nth]?.status, ends[2 * nth + 1]?.status].sort())
    expect(pairs).toEqual(customers.map(() => ['fulfilled', 'rejected']))
    expect(given.length).toBe(customers.length)
  })

  it('of which one was given since nobody knew of the other: what there is more tells nothing', async () => {
    const [first, second] = [await ask('first'), await ask('second')]
    fate = 'never arrives'
    await expect(perform(first, false)).rejects.toMatchObject({ mayHaveHappened: true })
    const unsure = { state: 'unsure', why: '不知道', nowMs: kit.clock.now() } as const
    await kit.db.tx((tx) => grantStore.end(tx, first.id, unsure))
    fate = 'carried out'
    kit.clock.advance(2 * MINUTE_MS)
    expect(await perform(second, false)).toEqual({ kind: 'given' })
    kit.clock.advance(2 * MINUTE_MS)
    expect([await perform(first, true), given.length]).toMatchObject([{ kind: 'unsure' }, 1])
  })
})

it('what the shop has said for certain that it did not do was never tried', async () => {
  const grant = await ask()
  fate = 'refused'
  await expect(perform(grant, false)).rejects.toMatchObject({ mayHaveHappened: false })
  expect(await kit.db.tx((tx) => grantStore.byId(tx, grant.id))).toMatchObject({ state: 'asked', triedAtMs: undefined })
  fate = 'carried out'
  expect([await perform(grant, true), given.length]).toEqual([{ kind: 'given' }, 1])
})
