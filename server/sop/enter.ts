import type { Customers } from '../customers/customers.ts'
import type { Tx } from '../db/tx.ts'
import type { CustomerFacts } from '../facts/facts.ts'
import type { Clock } from '../kernel/clock.ts'
import { shanghaiDaysBetween } from '../kernel/shanghai.ts'
import type { Facts } from '../rules/fact.ts'
import { holds } from '../rules/holds.ts'
import { factPaths } from '../rules/parse-condition.ts'
import type { Sop } from '../rules/rule-book.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Proceed } from './proceed.ts'
import { type Entry, type EntryEvent, type EntryToBegin, entryStore } from './sop-entry.ts'
import { EVENT_ZH } from './step-text.ts'

export interface EnterDeps {
  clock: Clock
  facts: Pick<CustomerFacts, 'of'>
  timeline: Pick<Timeline, 'note' | 'noteAll'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf' | 'ownersOf'> }
}

/** May somebody whose last time was `latest` enter now? Nobody is in one SOP twice at once; again only after the stated
 *  Shanghai days since the last time ended. */
export function mayEnter(sop: Sop, latest: Entry | undefined, nowMs: number): boolean {
  if (latest === undefined) return true
  const { reenterAfterDays } = sop.value
  if (latest.state === 'active' || latest.endedAtMs === undefined || reenterAfterDays === undefined) return false
  return shanghaiDaysBetween(latest.endedAtMs, nowMs) >= reenterAfterDays
}

/** Lets customers into journeys: one by an event, many by a daily run. */
export function createEnter(deps: EnterDeps, proceed: Proceed) {
  const { clock, facts, timeline, customers } = deps

  const begun = (
    sop: Sop,
    who: { externalUserId: string; userId: string; latest: Entry | undefined },
    event: EntryEvent | undefined,
    seen: Record<string, unknown>,
  ): EntryToBegin => ({
    sop: sop.name,
    version: sop.version,
    externalUserId: who.externalUserId,
    userId: who.userId,
    key: `${sop.name}:${who.externalUserId}:${who.latest?.id ?? 0}`,
    event,
    facts: seen,
    nowMs: clock.now(),
  })

  const noteOf = (
    sop: Sop,
    who: { externalUserId: string; userId: string },
    key: string,
    why: string,
    seen: Record<string, unknown>,
    eventId?: number,
  ) => ({
    key: `sop:entered:${key}`,
    externalUserId: who.externalUserId,
    userId: who.userId,
    kind: 'sop.entered',
    text: `进入 SOP「${sop.title}」（${why}）`,
    reason: {
      text: `${why}，符合 SOP「${sop.title}」的条件`,
      rule: { kind: 'sop', name: sop.name, version: sop.version },
      facts: seen,
      ...(eventId === undefined ? {} : { eventId }),
    },
  })

  return {
    /** By an event: when the condition holds at this moment, the customer enters and takes the first steps at once. */
    byEvent: async (
      tx: Tx,
      sop: Sop,
      who: { externalUserId: string; userId: string | undefined },
      event: EntryEvent,
    ) => {
      const { externalUserId } = who
      const latest = (await entryStore.latest(tx, sop.name, [externalUserId])).get(externalUserId)
      if (!mayEnter(sop, latest, clock.now())) return
      const userId = who.userId ?? (await customers.queries.ownerOf(tx, externalUserId))
      // Without a guide there is nobody to act.
      if (userId === undefined) return
      const paths = factPaths(sop.when)
      const values = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId) ?? new Map()
      if (!holds(sop.when, values)) return
      const seen = seenOf(paths, values)
      const wanted = begun(sop, { externalUserId, userId, latest }, event, seen)
      const entry = await entryStore.begin(tx, wanted)
      if (entry === undefined) return
      await timeline.note(tx, noteOf(sop, entry, wanted.key, EVENT_ZH[event.kind], seen, event.id))
      await proceed.begin(tx, { name: sop.name, version: sop.version, title: sop.title, value: sop.value }, entry)
    },

    /** By a daily run: these customers meet the condition. Gives how many entered; the advancing job takes their first
     *  steps. */
    byDay: async (tx: Tx, sop: Sop, externalUserIds: string[], day: string): Promise<number> => {
      const now = clock.now()
      const latest = await entryStore.latest(tx, sop.name, externalUserIds)
      const owners = await customers.queries.ownersOf(tx, externalUserIds)
      const paths = factPaths(sop.when)
      const known = await facts.of(tx, externalUserIds, now, paths)
      const wanted = externalUserIds.flatMap((externalUserId) => {
        const userId = owners.get(externalUserId)
        const last = latest.get(externalUserId)
        if (userId === undefined || !mayEnter(sop, last, now)) return []
        return [
          begun(sop, { externalUserId, userId, latest: last }, undefined, seenOf(paths, known.get(externalUserId))),
        ]
      })
      const entered = await entryStore.beginAll(tx, wanted)
      await timeline.noteAll(
        tx,
        wanted.map((one) => noteOf(sop, one, one.key, `${day} 每日名单`, one.facts)),
      )
      return entered
    },
  }
}

/** The facts that decided, for people to read. */
const seenOf = (paths: string[], values: Facts | undefined): Record<string, unknown> =>
  Object.fromEntries(paths.map((path) => [path, values?.get(path) ?? null]))

export type Enter = ReturnType<typeof createEnter>
