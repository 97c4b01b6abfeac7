import { afterEach, expect, it } from 'vitest'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { type BrandScene, openBrandScene } from '../../operations/sop/testing/brand-scene.ts'
import { readEventXml } from '../../platform/wecom/callback/callback-body.ts'
import { toInboundEvent } from '../../platform/wecom/callback/inbound-event.ts'
import { type Counted, countStatements, printStatements } from '../count-statements.ts'

let t: BrandScene
let people = 0
afterEach(() => t.close())

/** `count` people add 林小雨 by the package card, and the platform's word of all of them lies in the inbox at once. */
async function stored(count: number): Promise<void> {
  const before = t.sandbox.callbackLog().length
  t.sandbox.setDelivery({ drop: 1 })
  for (let nth = 0; nth < count; nth++) {
    people += 1
    const name = `wmBudget${people}`
    await t.sandbox.scan({ userId: 'linxiaoyu', externalUserId: name, name, state: 'package-card' })
  }
  t.sandbox.setDelivery({})
  const now = t.clock.now()
  const rows = t.sandbox
    .callbackLog()
    .slice(before)
    .map(({ xml }) => toInboundEvent(readEventXml(xml), now))
    .map(({ dedupeKey, kind, lane, eventAtMs, payload }) => ({
      dedupe_key: dedupeKey,
      kind,
      lane: lane === 'welcome' ? (0 as const) : (1 as const),
      payload: JSON.stringify(payload),
      event_at: eventAtMs,
      received_at: now,
      state: 'new' as const,
      due_at: now,
    }))
  await t.db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, rows))
}

const welcomesSent = (): number => t.sandbox.calls('externalcontact/send_welcome_msg').length

/** A server that has been at work for a while: it has its share of the limits, and the guide is known. What its looks that
 *  find nothing send does not count: they are made so often a second, not so often an add. */
async function adds(count: number, isOnlyWelcome = false): Promise<Counted> {
  t = await openBrandScene('2026-11-23T10:00:00')
  await stored(2)
  await t.huoshui.drained()
  const without = await countStatements(t.db, t.huoshui.drained)
  await stored(count)
  const before = welcomesSent()
  const until = () => isOnlyWelcome && welcomesSent() > before
  const counted = await countStatements(t.db, t.huoshui.drained, { until, without })
  const what = isOnlyWelcome ? 'a welcome' : `${count} adds, ${(counted.total / count).toFixed(1)} each`
  printStatements(`${what} on ${t.db.dialect}`, counted)
  expect(welcomesSent() - before).toBe(count)
  return counted
}

/** Statements each and commits in all that may not be exceeded. Lower them when they are; what raises them needs a reason. */
const BUDGETS = [
  { count: 1, each: 165, commits: 14 },
  { count: 4, each: 55, commits: 16 },
  { count: 16, each: 32, commits: 48 },
  { count: 64, each: 32, commits: 190 },
]

for (const { count, each, commits } of BUDGETS) {
  it(`${count} adds take at most ${each} statements each and ${commits} commits`, async () => {
    const counted = await adds(count)
    expect(counted.total / count).toBeLessThanOrEqual(each)
    expect(counted.commits).toBeLessThanOrEqual(commits)
  })
}

it('a welcome is on its way after few statements', async () => {
  expect((await adds(1, true)).total).toBeLessThanOrEqual(t.db.dialect === 'mysql' ? 60 : 26)
})

it('an order takes few statements', async () => {
  t = await openBrandScene('2026-11-23T10:00:00')
  await t.meet('wmBuyer')
  const counted = await countStatements(t.db, async () => void (await t.buy('wmBuyer')))
  printStatements(`an order on ${t.db.dialect}`, counted)
  expect(counted.total).toBeLessThanOrEqual(200)
})
