import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Customers } from '../../../records/customers/customers.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import type { Timeline } from '../../../records/timeline/timeline.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import type { Facts } from '../../../rules/condition/fact.ts'
import { holds } from '../../../rules/condition/holds.ts'
import { factPaths } from '../../../rules/condition/parse-condition.ts'
import type { Condition } from '../../../rules/schema/condition.ts'
import { factsText } from '../model/facts-text.ts'
import { type Entry, type EntryEvent, type EntryToBegin, entryStore } from '../model/sop-entry.ts'
import type { SopVersion } from '../model/sop-versions.ts'
import { EVENT_ZH } from '../model/step-text.ts'
import { versionFor } from '../model/version-for.ts'
import type { Walk } from '../walk/walk.ts'
import { isHeldOut, refusal } from './admission.ts'
import type { ExclusiveGroup } from './exclusive-group.ts'
import { refusals } from './refusals.ts'

/** What was decided about somebody who met a journey's trigger. */
export interface Verdict {
  sop: string
  externalUserId: string
  atMs: number
  /** Why not, one Chinese line; undefined: entered. */
  refused: string | undefined
}

export interface EnterDeps {
  /** Told of every verdict, in the transaction that it is part of. */
  onVerdicts?: ((verdicts: Verdict[]) => void) | undefined
  clock: Clock
  facts: Pick<CustomerFacts, 'of'>
  timeline: Pick<Timeline, 'note' | 'noteAll'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf' | 'ownersOf'> }
}

/** Without a guide there is nobody to act. */
const NO_GUIDE = '没有在跟进的导购'
/** The trigger's look found them, its journey does not want them. */
export const NOT_MEANT = '不符合条件'
const NO_NEWS = '还是上次进来时的那次沉默'
const NOT_RELEASED = '目前没有版本让人进入'
const heldText = (title: string): string => `客户在同组的 SOP「${title}」里，它的优先级不低`

interface Candidate {
  externalUserId: string
  userId: string
  latest: Entry | undefined
}

/** Why and when many customers are let in at once. */
export interface Occasion {
  /** As of when they are judged. */
  atMs: number
  /** A few Chinese words. */
  why: string
  /** Only these versions let anybody in. */
  versions: readonly Sop[]
  asks(version: Sop): Condition
  /** Is it another occasion than that of the customer's last time. */
  isNews(latest: Entry, values: Facts, atMs: number): boolean
}

/** Lets customers into journeys: one by an event, many by a look at everybody. */
export function createEnter(deps: EnterDeps, walk: Walk, exclusiveGroup: ExclusiveGroup) {
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

  const verdict = (sop: Sop, externalUserId: string, refused?: string): Verdict => ({
    sop: sop.name,
    externalUserId,
    atMs: clock.now(),
    refused,
  })

  /** Tells the verdict, where there is a new one. */
  function tell<Outcome extends Entry | string | undefined>(
    sop: Sop,
    { externalUserId }: { externalUserId: string },
    outcome: Outcome,
  ): Outcome {
    if (outcome === undefined) return outcome
    deps.onVerdicts?.([verdict(sop, externalUserId, typeof outcome === 'string' ? outcome : undefined)])
    return outcome
  }

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

  const versionOf = (sop: Sop): SopVersion => ({
    name: sop.name,
    version: sop.version,
    title: sop.title,
    value: sop.value,
  })

  /** The new entry, or why there is none; undefined: it has begun before. */
  async function tryEnter(
    tx: Tx,
    sop: Sop,
    who: { externalUserId: string; userId: string | undefined },
    by: { why: string; event?: EntryEvent; startChain?: number },
  ): Promise<Entry | string | undefined> {
    const { externalUserId } = who
    const latest = (await entryStore.latest(tx, sop.name, [externalUserId])).get(externalUserId)
    const refused = refusal(sop, latest, clock.now())
    if (refused !== undefined) return refused
    const eventId = by.event?.id
    if (eventId !== undefined && latest !== undefined) {
      if (await entryStore.wasBegunBy(tx, sop.name, externalUserId, eventId)) return undefined
    }
    const userId = who.userId ?? (await customers.queries.ownerOf(tx, externalUserId))
    if (userId === undefined) return NO_GUIDE
    const paths = factPaths(sop.when)
    const values = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId) ?? new Map()
    const seen = seenOf(paths, values)
    if (!holds(sop.when, values)) return `不符合它的条件（${factsText(seen)}）`
    const holder = (await exclusiveGroup.heldBy(tx, sop, [externalUserId])).get(externalUserId)
    if (holder !== undefined) return heldText(holder)
    const wanted = { ...begun(sop, { externalUserId, userId, latest }, by.event, seen), startChain: by.startChain ?? 0 }
    const entry = await entryStore.begin(tx, wanted)
    if (entry === undefined) return undefined
    await exclusiveGroup.takeOver(tx, sop, [externalUserId])
    await timeline.note(tx, noteOf(sop, wanted, by.why))
    return entry
  }

  return {
    /** By an event: when the condition holds at this moment, the customer enters and takes the first steps at once. */
    byEvent: async (
      tx: Tx,
      sop: Sop,
      who: { externalUserId: string; userId: string | undefined },
      event: EntryEvent,
    ): Promise<void> => {
      const entry = tell(sop, who, await tryEnter(tx, sop, who, { why: EVENT_ZH[event.kind], event }))
      if (typeof entry === 'object') await walk.begin(tx, versionOf(sop), entry)
      if (typeof entry !== 'string') return
      const { externalUserId } = who
      const refused = { sop: sop.name, version: sop.version, externalUserId, atMs: event.atMs, why: entry }
      await refusals.note(tx, { ...refused, event: event.kind })
    },

    /** By a step of another journey: `sop.due-entries` takes the first steps. Gives why the customer was not let in, one
     *  Chinese line. */
    byStep: async (
      tx: Tx,
      sop: Sop,
      who: { externalUserId: string; userId: string },
      by: { why: string; startChain: number },
    ): Promise<string | undefined> => {
      const entry = tell(sop, who, await tryEnter(tx, sop, who, by))
      return typeof entry === 'string' ? entry : undefined
    },

    /** Many at once, whoever of these customers meets the condition. Gives how many entered; `sop.due-entries` takes their
     *  first steps. */
    byScan: async (tx: Tx, released: Sop, externalUserIds: string[], occasion: Occasion): Promise<number> => {
      const { atMs, why, versions, asks, isNews } = occasion
      const latest = await entryStore.latest(tx, released.name, externalUserIds)
      const owners = await customers.queries.ownersOf(tx, externalUserIds)
      const held = await exclusiveGroup.heldBy(tx, released, externalUserIds)
      const conditions = new Map(versions.map((version) => [version, asks(version)]))
      const known = await facts.of(tx, externalUserIds, atMs, factPaths({ kind: 'any', of: [...conditions.values()] }))
      /** The version that lets them in and what it asked, or why none does. */
      const judge = (id: string): { sop: Sop; asked: Condition; refused?: undefined } | { refused: string } => {
        const sop = versionFor(released, id)
        if (sop === undefined) return { refused: NOT_RELEASED }
        if (!owners.has(id)) return { refused: NO_GUIDE }
        const last = latest.get(id)
        const refused = refusal(sop, last, atMs)
        if (refused !== undefined) return { refused }
        const holder = held.get(id)
        if (holder !== undefined) return { refused: heldText(holder) }
        const asked = conditions.get(sop)
        const values = known.get(id) ?? new Map()
        if (asked === undefined || !holds(asked, values)) return { refused: NOT_MEANT }
        return last === undefined || isNews(last, values, atMs) ? { sop, asked } : { refused: NO_NEWS }
      }
      const judged = externalUserIds.map((externalUserId) => ({ externalUserId, ...judge(externalUserId) }))
      deps.onVerdicts?.(judged.map(({ externalUserId, refused }) => verdict(released, externalUserId, refused)))
      const coming = judged.flatMap((one) => {
        const { externalUserId } = one
        const userId = owners.get(externalUserId)
        if (userId === undefined || one.refused !== undefined) return []
        const who = { externalUserId, userId, latest: latest.get(externalUserId) }
        const seen = seenOf(factPaths(one.asked), known.get(externalUserId))
        return [{ sop: one.sop, entry: begun(one.sop, who, undefined, seen) }]
      })
      const entered = await entryStore.beginAll(
        tx,
        coming.map((one) => one.entry),
      )
      await exclusiveGroup.takeOver(
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
