import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { VOCABULARY } from '../../../capabilities/vocabulary.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import { storedConsents } from '../../../records/privacy/consents.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import type { Facts, FactValue } from '../../../rules/condition/fact.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import { createTestKit, type TestKit } from '../../../testing/test-kit.ts'
import { createWhyNot } from '../explain/why-not.ts'
import { type EntryEvent, entryStore } from '../model/sop-entry.ts'
import { boundSop } from '../testing/bound-sop.ts'
import { createEnter } from './enter.ts'
import { createExclusiveGroup } from './exclusive-group.ts'
import type { Verdict } from './verdict.ts'

/** Law 7: whatever is known of a customer, an event, a step, a look at everybody and the explanation of why they are
 *  outside say the same. */

const NOW = '2026-11-22T12:00:00+08:00'
const ID = 'wm1'
let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit(NOW)
})
afterAll(() => kit.close())

/** One customer's last time in one journey. */
interface Time {
  sop: 'care' | 'rival'
  /** Undefined: they are inside. */
  endedDaysAgo: number | undefined
}
interface State {
  rule: Partial<SopRule>
  canary: { percent: number; isOnly: boolean; when: NonNullable<SopRule['when']> } | undefined
  rivalPriority: number
  times: Time[]
  hasGuide: boolean
  getsNone: boolean
  paid: number | undefined
}

const count = fc.constantFrom(undefined, 0, 1, 2)
const someWhen: fc.Arbitrary<NonNullable<SopRule['when']>> = count.map((least) => ({
  'orders.paid.count': least === undefined ? { known: true } : { gte: least },
}))
const state: fc.Arbitrary<State> = fc.record({
  rule: fc.record(
    {
      enabled: fc.constantFrom(true, true, true, false),
      valid: fc.constantFrom(
        undefined,
        undefined,
        { from: '2026-11-22' },
        { from: '2026-11-23' },
        { to: '2026-11-21' },
      ),
      when: someWhen,
      exclusive: fc.constantFrom(undefined, '主线', '旁线'),
      priority: fc.constantFrom(undefined, 20, 80),
      reenterAfterDays: fc.constantFrom(undefined, 0, 3),
      holdOut: fc.constantFrom(undefined, { percent: 50, days: 7 }),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Partial<SopRule>>,
  canary: fc.option(fc.record({ percent: fc.constantFrom(0, 50, 100), isOnly: fc.boolean(), when: someWhen }), {
    nil: undefined,
  }),
  rivalPriority: fc.constantFrom(20, 50, 80),
  times: fc.uniqueArray(
    fc.record({
      sop: fc.constantFrom('care' as const, 'rival' as const),
      endedDaysAgo: fc.constantFrom(undefined, 0, 2, 3),
    }),
    { selector: ({ sop }) => sop },
  ),
  hasGuide: fc.constantFrom(true, true, true, false),
  getsNone: fc.constantFrom(false, false, false, true),
  paid: count,
})

/** The same journey, begun by an event or by a look. */
function journey({ rule, canary }: State, trigger: SopRule['trigger']): Sop {
  // By the version a canary draws its people.
  const released = { ...boundSop({ ...rule, trigger }), version: 'stable' }
  if (canary === undefined) return released
  const { percent, isOnly, when } = canary
  const sop: Sop = { ...boundSop({ ...rule, when, trigger }), version: 'trial', isCanary: true }
  return { ...released, canary: { sop, percent, isOnly } }
}

/** What one way of coming in says, in a transaction of its own that leaves nothing behind. */
async function answer(is: State, trigger: SopRule['trigger'], ask: (tx: Tx, parts: Parts) => Promise<void>) {
  const released = journey(is, trigger)
  const rival = boundSop({ sop: 'rival', exclusive: '主线', priority: is.rivalPriority })
  const sops = new Map([released, rival].map((sop) => [sop.name, sop]))
  const rules = { current: () => ({ sops, policy: is.getsNone ? { holdOut: { percent: 100 } } : {} }) }
  const verdicts: Verdict[] = []
  const facts: Map<string, FactValue> = new Map([['orders.paid.count', is.paid]])
  const deps = {
    clock: kit.clock,
    rules,
    vocabulary: VOCABULARY,
    facts: { of: async (_tx: Tx, ids: readonly string[]) => new Map<string, Facts>(ids.map((id) => [id, facts])) },
    customers: { queries: { ownersOf: async () => new Map(is.hasGuide ? [[ID, 'zhangsan']] : []) } },
    privacy: { consents: storedConsents(kit.clock) },
    timeline: { note: async () => undefined, noteAll: async () => undefined },
    onVerdicts: (some: Verdict[]) => void verdicts.push(...some),
  }
  const walk = { begin: async () => undefined, end: async () => undefined }
  const versions = async () => undefined
  const enter = createEnter(deps, walk, createExclusiveGroup({ rules, versions, walk }))
  const undone = new Error('undone')
  await kit.db
    .tx(async (tx) => {
      for (const one of is.times) await livedThrough(tx, one)
      await ask(tx, { enter, released, whyNot: createWhyNot(deps) })
      throw undone
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error
    })
  return verdicts.map(({ refused }) => refused?.zh ?? 'admitted')
}

interface Parts {
  enter: ReturnType<typeof createEnter>
  released: Sop
  whyNot: ReturnType<typeof createWhyNot>
}

async function livedThrough(tx: Tx, { sop, endedDaysAgo }: Time): Promise<void> {
  const nowMs = kit.clock.now() - 10 * DAY_MS
  const outside = { version: 'v', externalUserId: ID, userId: 'zhangsan', event: undefined, facts: {} }
  const entry = await entryStore.begin(tx, { ...outside, sop, key: sop, heldOut: false, canary: false, nowMs })
  if (entry === undefined || endedDaysAgo === undefined) return
  const endedAtMs = kit.clock.now() - endedDaysAgo * DAY_MS
  await entryStore.saveAll(tx, [{ ...entry, state: 'finished', endedAtMs, endReason: '走完全部步骤' }])
}

const event: EntryEvent = { id: 1, kind: 'order.paid', atMs: Date.parse(NOW), receivedAtMs: 0, payload: {} }

it('an event, a step, a look and the explanation give one answer', async () => {
  const told = new Set<string>()
  await fc.assert(
    fc.asyncProperty(state, async (is) => {
      const byEvent = await answer(is, 'order.paid', (tx, { enter, released }) =>
        enter.byEvent(tx, released, { externalUserId: ID }, event),
      )
      const byStep = await answer(is, 'order.paid', async (tx, { enter, released }) => {
        await enter.byStep(tx, released, { externalUserId: ID }, { why: '步骤' })
      })
      const byLook = await answer(is, { daily: '10:00' }, async (tx, { enter, released }) => {
        const versions = [released, ...(released.canary === undefined ? [] : [released.canary.sop])]
        await enter.byScan(tx, released, [ID], { atMs: kit.clock.now(), why: '每日名单', versions })
      })
      const explained: string[] = []
      await answer(is, 'order.paid', async (tx, { whyNot }) => {
        const care = (await whyNot(tx, ID)).find(({ sop }) => sop === 'care')
        if (care !== undefined) explained.push(care.why.startsWith('条件符合，等着') ? 'admitted' : care.why)
      })
      expect([byEvent, byStep]).toEqual([byLook, byLook])
      // Who is inside is told so elsewhere.
      const isInside = is.times.some(({ sop, endedDaysAgo }) => sop === 'care' && endedDaysAgo === undefined)
      expect(explained).toEqual(isInside ? [] : byLook)
      for (const one of byLook) told.add(one.replace(/\d+/g, '#').slice(0, 6))
    }),
    { numRuns: 150 },
  )
  // The states are such that each answer comes up.
  expect(told.size).toBeGreaterThanOrEqual(8)
})
