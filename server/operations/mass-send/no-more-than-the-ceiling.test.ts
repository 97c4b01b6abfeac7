import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pick, set, sql } from '../../core/db/sql.ts'
import { DAY_MS, HOUR_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { createAlerts } from '../../records/alerts/alerts.ts'
import { groupSteps } from '../../records/groups/group-steps.ts'
import { TOUCH } from '../../records/touches/touch-tables.ts'
import { touches } from '../../records/touches/touches.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { planDue } from './plan-due.ts'
import { SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'
import { tellTimeline } from './tell-timeline.ts'

const PEOPLE = ['wm0', 'wm1', 'wm2', 'wm3', 'wm4', 'wm5']
const DAYS = 10
const HOURS = [5, 10, 15, 20]
const START = Date.parse('2026-11-23T00:00:00+08:00')

interface Campaign {
  days: number[]
  hour: number
  priority: number
  later: boolean
  /** Who is in it, by bits. */
  people: number
}
interface World {
  campaigns: Campaign[]
  most: number
  /** Who is on each level, by bits, and how many they may have. */
  levels: { most: number; people: number }[]
  window: number
  apartHours: number | undefined
  /** How long guides take, one after the other: hours. */
  delays: number[]
}

const campaign = fc.record({
  days: fc.uniqueArray(fc.integer({ min: 0, max: DAYS - 1 }), { minLength: 1, maxLength: 4 }),
  hour: fc.constantFrom(10, 10, 15),
  priority: fc.constantFrom(20, 50, 50, 80),
  later: fc.boolean(),
  people: fc.integer({ min: 1, max: 2 ** PEOPLE.length - 1 }),
})
const world: fc.Arbitrary<World> = fc.record({
  campaigns: fc.array(campaign, { minLength: 3, maxLength: 6 }),
  most: fc.integer({ min: 1, max: 3 }),
  levels: fc.array(
    fc.record({ most: fc.integer({ min: 1, max: 4 }), people: fc.integer({ min: 1, max: 2 ** PEOPLE.length - 1 }) }),
    { maxLength: 2 },
  ),
  window: fc.integer({ min: 1, max: 7 }),
  apartHours: fc.option(fc.constantFrom(6, 24, 30), { nil: undefined }),
  delays: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 5, maxLength: 20 }),
})

const isBit = (bits: number, id: string): boolean => ((bits >> PEOPLE.indexOf(id)) & 1) === 1
const mostOf = ({ most, levels }: World, id: string): number => {
  const own = levels.filter(({ people }) => isBit(people, id)).map((level) => level.most)
  return own.length === 0 ? most : Math.min(...own)
}

const timesOf = ({ days, hour }: Campaign): number[] =>
  days.map((day) => START + day * DAY_MS + hour * HOUR_MS).sort((a, b) => a - b)

const sendOf = (one: Campaign, nth: number): Send => ({
  name: `send${nth}`,
  version: 'v1',
  file: 'sends/x.yaml',
  value: {
    ...{ send: `send${nth}`, audience: {}, content: { text: 'x' }, priority: one.priority },
    ...(one.later ? { ifCrowded: 'later' as const } : {}),
  },
  // What it says is looked up in `facts`, below.
  audience: { kind: 'test', path: `in.${nth}`, test: { eq: true } },
  occasions: {
    timing: 'as drawn',
    contents: [],
    nextAfter: (afterMs) => {
      const atMs = timesOf(one).find((at) => at > afterMs)
      return atMs === undefined
        ? undefined
        : { atMs, date: new Date(atMs).toISOString().slice(0, 10), content: { text: 'x' } }
    },
  },
})

async function live(kit: TestKit, { campaigns, most, levels, window, apartHours, delays }: World): Promise<void> {
  const { db, clock } = kit
  const sends = campaigns.map(sendOf)
  const isIn = (nth: number, id: string): boolean => isBit(campaigns[nth]?.people ?? 0, id)
  const tiers = levels.map((level, nth) => ({ tier: `分层/${nth}`, most: level.most }))
  const tiersOf = (id: string): string[] =>
    tiers.flatMap(({ tier }, nth) => (isBit(levels[nth]?.people ?? 0, id) ? [tier] : []))
  const ceiling = { most, days: window, tiers, ...(apartHours === undefined ? {} : { apart: `${apartHours}h` }) }
  const deps = {
    ...{ db, clock, outbox: createOutbox({ clock, nudge: () => undefined }), alerts: createAlerts({ clock }) },
    facts: {
      audience: async (
        ...[, condition, , { after = '' }]: Parameters<Parameters<typeof planDue>[0]['facts']['audience']>
      ) => {
        const nth = condition.kind === 'test' ? Number(condition.path.slice(3)) : -1
        return PEOPLE.filter((id) => id > after && isIn(nth, id))
      },
      of: async (...[, ids, , paths = []]: Parameters<Parameters<typeof planDue>[0]['facts']['of']>) =>
        new Map(
          ids.map((id) => [
            id,
            new Map(paths.map((path) => [path, path === 'tiers' ? tiersOf(id) : isIn(Number(path.slice(3)), id)])),
          ]),
        ),
    },
    ownersOf: async (_tx: unknown, ids: string[]) => new Map(ids.map((id) => [id, `guide${PEOPLE.indexOf(id) % 2}`])),
    likelySenders: async () => new Map(),
    friendCounts: async () => new Map(),
    currentIdOf: async (_tx: unknown, userId: string) => userId,
    perCustomerPerMonth: undefined,
    consents: { refusedAmong: async () => new Set<string>() },
    ceiling: () => ceiling,
    touches,
    quiet: () => undefined,
    getsNone: () => false,
    sends: () => sends,
    groups: {
      page: async () => [],
      steps: groupSteps,
      leftAmong: async () => new Set<string>(),
      ceiling: () => undefined,
      touches: touches.groups,
      perMonth: undefined,
    },
    tasks: { confirms: async () => undefined },
    log: { warn: () => undefined },
    unreadable: (_send: Send, error: unknown) => {
      throw error
    },
  }
  const tell = { db, timeline: { noteAll: async () => undefined }, guideName: async () => undefined }
  let asked = 0
  const arrivesAt = new Map<number, number>()
  for (let nth = 0; nth < (DAYS + 9) * HOURS.length; nth++) {
    const atMs = START + Math.floor(nth / HOURS.length) * DAY_MS + (HOURS[nth % HOURS.length] ?? 0) * HOUR_MS
    clock.set(atMs)
    await planDue(deps, new Map(sends.map((send) => [send.name, send])))
    await db.tx(async (tx) => {
      const waiting = await tx.rows(
        sql`SELECT ${pick(SEND_RECIPIENT, 'id')} FROM ${SEND_RECIPIENT} WHERE ${SEND_RECIPIENT.outcome} = 'planned'
            ORDER BY ${SEND_RECIPIENT.id}`,
      )
      for (const { id } of waiting) {
        const delay = delays[asked++ % delays.length] ?? 0
        if (!arrivesAt.has(id)) arrivesAt.set(id, atMs + delay * HOUR_MS)
        if ((arrivesAt.get(id) ?? 0) > atMs) continue
        const sent = set(SEND_RECIPIENT, { outcome: 'sent', outcome_at: atMs, note_due: 1 })
        await tx.run(sql`UPDATE ${SEND_RECIPIENT} SET ${sent} WHERE ${SEND_RECIPIENT.id} = ${id}`)
      }
    })
    // The timeline is told late now and then.
    if (asked % 3 !== 0)
      await tellTimeline({ ...tell, onAsked: async () => undefined, onContacts: async () => undefined })
  }
  await tellTimeline({ ...tell, onAsked: async () => undefined, onContacts: async () => undefined })
}

async function judge({ db }: TestKit, lived: World): Promise<void> {
  const { campaigns, window, apartHours } = lived
  const { got, rows } = await db.tx(async (tx) => ({
    got: await tx.rows(sql`SELECT ${pick(TOUCH, 'external_userid', 'at')} FROM ${TOUCH} ORDER BY ${TOUCH.at}`),
    rows: await tx.rows(
      sql`SELECT ${pick(SEND_RECIPIENT, 'run_id', 'external_userid', 'outcome', 'reason')} FROM ${SEND_RECIPIENT}`,
    ),
  }))
  for (const id of PEOPLE) {
    const at = got.filter((touch) => touch.external_userid === id).map((touch) => touch.at)
    for (const last of at) {
      const fromMs = startOfShanghaiDay(last) - (window - 1) * DAY_MS
      expect(at.filter((one) => one >= fromMs && one <= last).length).toBeLessThanOrEqual(mostOf(lived, id))
    }
    if (apartHours === undefined) continue
    for (const [nth, one] of at.entries())
      if (nth > 0) expect(one - (at[nth - 1] ?? 0)).toBeGreaterThanOrEqual(apartHours * HOUR_MS)
  }
  // Nobody is dropped in silence: each time of each send has a line for each who is meant, and whoever has not got it a reason.
  const runs = await db.tx((tx) =>
    tx.rows(sql`SELECT ${pick(SEND_RUN, 'id', 'send_name', 'later_of')} FROM ${SEND_RUN}`),
  )
  for (const [nth, one] of campaigns.entries()) {
    const own = runs.filter((run) => run.send_name === `send${nth}` && run.later_of === null)
    expect(own).toHaveLength(one.days.length)
    for (const run of own) {
      const lines = rows.filter((row) => row.run_id === run.id)
      expect(lines.map((row) => row.external_userid).sort()).toEqual(
        PEOPLE.filter((_, bit) => ((one.people >> bit) & 1) === 1),
      )
    }
  }
  for (const row of rows) {
    if (row.outcome === 'sent') continue
    expect([row.outcome, row.reason]).toEqual([expect.stringMatching(/^(excluded|deferred)$/), expect.any(String)])
    if (row.outcome !== 'deferred') continue
    const next = runs.find((run) => run.later_of === row.run_id)
    expect(
      rows.filter((other) => other.run_id === next?.id && other.external_userid === row.external_userid),
    ).toHaveLength(1)
  }
}

it('whatever the campaigns, their priorities and their guides: nobody is above the ceiling in any window, and nobody left out without a word', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      const kit = await createTestKit()
      try {
        await live(kit, drawn)
        await judge(kit, drawn)
      } finally {
        await kit.close()
      }
    }),
    { numRuns: 40, seed: 15 },
  )
}, 600_000)
