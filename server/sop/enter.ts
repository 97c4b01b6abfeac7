import type { Customers } from '../customers/customers.ts'
import type { Tx } from '../db/tx.ts'
import type { CustomerFacts } from '../facts/facts.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Facts } from '../rules/fact.ts'
import { holds } from '../rules/holds.ts'
import { factPaths } from '../rules/parse-condition.ts'
import type { Sop } from '../rules/rule-book.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { isHeldOut, refusal } from './admission.ts'
import type { GiveWay } from './give-way.ts'
import type { Proceed } from './proceed.ts'
import { type Entry, type EntryEvent, type EntryToBegin, entryStore } from './sop-entry.ts'
import { EVENT_ZH } from './step-text.ts'
import { audienceOf, versionFor } from './version-for.ts'

export interface EnterDeps {
  clock: Clock
  facts: Pick<CustomerFacts, 'of'>
  timeline: Pick<Timeline, 'note' | 'noteAll'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf' | 'ownersOf'> }
}

interface Candidate {
  externalUserId: string
  userId: string
  latest: Entry | undefined
}

/** Lets customers into journeys: one by an event, many by a look at everybody. */
export function createEnter(deps: EnterDeps, proceed: Proceed, giveWay: GiveWay) {
  const { clock, facts, timeline, customers } = deps

  const begun = (
    sop: Sop,
    who: Candidate,
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
    heldOut: isHeldOut(sop, who.externalUserId),
    canary: sop.isCanary === true,
    nowMs: clock.now(),
  })

  const noteOf = (sop: Sop, entry: EntryToBegin, why: string) => ({
    key: `sop:entered:${entry.key}`,
    externalUserId: entry.externalUserId,
    userId: entry.userId,
    kind: 'sop.entered',
    text: entry.heldOut ? `是 SOP「${sop.title}」的对照组，只观察（${why}）` : `进入 SOP「${sop.title}」（${why}）`,
    reason: {
      text: `${why}，符合 SOP「${sop.title}」的条件`,
      rule: { kind: 'sop', name: sop.name, version: sop.version },
      facts: entry.facts,
      ...(entry.event === undefined ? {} : { eventId: entry.event.id }),
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
      if (refusal(sop, latest, clock.now()) !== undefined) return
      if (latest !== undefined && (await entryStore.wasBegunBy(tx, sop.name, externalUserId, event.id))) return
      const userId = who.userId ?? (await customers.queries.ownerOf(tx, externalUserId))
      // Without a guide there is nobody to act.
      if (userId === undefined) return
      const paths = factPaths(sop.when)
      const values = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId) ?? new Map()
      if (!holds(sop.when, values)) return
      if ((await giveWay.heldBy(tx, sop, [externalUserId])).size > 0) return
      const wanted = begun(sop, { externalUserId, userId, latest }, event, seenOf(paths, values))
      const entry = await entryStore.begin(tx, wanted)
      if (entry === undefined) return
      await giveWay.takeOver(tx, sop, [externalUserId])
      await timeline.note(tx, noteOf(sop, wanted, EVENT_ZH[event.kind]))
      await proceed.begin(tx, { name: sop.name, version: sop.version, title: sop.title, value: sop.value }, entry)
    },

    /** Many at once: these customers meet the condition, `why` being the occasion in Chinese. Gives how many entered; the
     *  advancing job takes their first steps. */
    byScan: async (tx: Tx, released: Sop, externalUserIds: string[], why: string): Promise<number> => {
      const now = clock.now()
      const latest = await entryStore.latest(tx, released.name, externalUserIds)
      const owners = await customers.queries.ownersOf(tx, externalUserIds)
      const held = await giveWay.heldBy(tx, released, externalUserIds)
      const paths = factPaths(audienceOf(released))
      const known = await facts.of(tx, externalUserIds, now, paths)
      const coming = externalUserIds.flatMap((externalUserId) => {
        const userId = owners.get(externalUserId)
        const last = latest.get(externalUserId)
        const sop = versionFor(released, externalUserId)
        if (sop === undefined || userId === undefined || held.has(externalUserId)) return []
        if (refusal(sop, last, now) !== undefined) return []
        const values = known.get(externalUserId) ?? new Map()
        // They meet the condition of one of its versions; perhaps not that of theirs.
        if (released.canary !== undefined && !holds(sop.when, values)) return []
        const who = { externalUserId, userId, latest: last }
        return [{ sop, entry: begun(sop, who, undefined, seenOf(factPaths(sop.when), values)) }]
      })
      const entered = await entryStore.beginAll(
        tx,
        coming.map((one) => one.entry),
      )
      await giveWay.takeOver(
        tx,
        released,
        coming.map((one) => one.entry.externalUserId),
      )
      await timeline.noteAll(
        tx,
        coming.map((one) => noteOf(one.sop, one.entry, why)),
      )
      return entered
    },
  }
}

/** The facts that decided, for people to read. */
const seenOf = (paths: string[], values: Facts | undefined): Record<string, unknown> =>
  Object.fromEntries(paths.map((path) => [path, values?.get(path) ?? null]))

export type Enter = ReturnType<typeof createEnter>
