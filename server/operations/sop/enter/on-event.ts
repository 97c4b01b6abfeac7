import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { type Subscription, subscribe } from '../../../engine/inbox/subscription.ts'
import { isOldNews } from '../../../records/customers/customer-events.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import { isTooOldToBegin } from '../../../records/old-news.ts'
import type { OwnEvent } from '../../../records/own-event.ts'
import { byPriority } from '../../../rules/book/priority.ts'
import type { RuleBookHolder, SopVersion } from '../../../rules/book/rule-book.ts'
import { factPaths } from '../../../rules/condition/parse-condition.ts'
import type { EventSpec } from '../../../rules/schema/sop-event.ts'
import { isEventTrigger } from '../../../rules/schema/sop-trigger.ts'
import { eventZh, type Vocabulary } from '../../../rules/vocabulary.ts'
import type { NoteOutcomes } from '../experiments/note-outcomes.ts'
import { chainOf } from '../model/chain.ts'
import { isAbout, isLateNews, type Subject } from '../model/is-about.ts'
import { isUntrueBy } from '../model/is-untrue-by.ts'
import { matchesEvent } from '../model/matches-event.ts'
import { type Entry, type EntryEvent, entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { stepAt } from '../model/step-path.ts'
import { versionFor } from '../model/version-for.ts'
import type { Walk } from '../walk/walk.ts'
import type { Enter } from './enter.ts'

export interface OnEventDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  versions: SopVersions
  walk: Walk
  enter: Enter
  noteOutcomes: NoteOutcomes
  /** What capabilities tell; those that rules may name are listened to. */
  events: readonly OwnEvent[]
  /** What rules may ask that the news of an event may change, by kind of event. */
  factsByEvent: ReadonlyMap<string, ReadonlySet<string>>
  vocabulary: Vocabulary
}

/** Whom some news is about, and which facts it may have changed. */
interface News {
  subject: Subject
  told: ReadonlySet<string>
}

/** What the events that rules may name do to journeys: end, wake and begin them. */
export function createOnEvent(deps: OnEventDeps): Subscription[] {
  const { clock, rules, facts, versions, walk, enter, noteOutcomes, vocabulary, factsByEvent } = deps

  async function onActive(tx: Tx, names: EntryEvent[], { subject, told }: News): Promise<void> {
    let hasMoved = false
    for (const entry of await entryStore.activeOf(tx, subject.externalUserId)) {
      const isLate = names.some((event) => isLateNews(event, subject, entry))
      if (!isLate && !names.every((event) => isAbout(event, subject, entry))) continue
      // One that went on before it may have ended it, by a start or a leave.
      if (hasMoved && !(await entryStore.stillActive(tx, [entry.id])).has(entry.id)) continue
      const sop = await versions(tx, entry.sop, entry.version)
      if (sop === undefined) continue
      if (isLate) {
        await endIfUntrue(tx, sop, entry, told)
        hasMoved = true
        continue
      }
      const { goal, leave = [] } = sop.value
      const reached = goal === undefined ? undefined : meant(goal, names)
      const left = leave.map((spec) => meant(spec, names)).find((event) => event !== undefined)
      if (reached !== undefined) {
        hasMoved = true
        await entryStore.take(tx, entry, clock.now())
        await walk.end(tx, sop, entry, { state: 'goal', why: eventZh(vocabulary, reached.kind) })
      } else if (left !== undefined) {
        hasMoved = true
        await entryStore.take(tx, entry, clock.now())
        await walk.end(tx, sop, entry, { state: 'left', why: eventZh(vocabulary, left.kind) })
      } else if (entry.waitingEvent !== undefined) {
        const step = stepAt(sop.steps, entry.position)
        const wait = step !== undefined && 'wait' in step ? step.wait : undefined
        if (typeof wait !== 'object' || !('event' in wait)) continue
        const { atMost: _atMost, ...awaited } = wait
        const come = meant(awaited, names)
        if (come === undefined) continue
        hasMoved = true
        await entryStore.take(tx, entry, clock.now())
        await walk.wake(tx, sop, entry, eventZh(vocabulary, come.kind))
      }
    }
  }

  /** A journey is for whom its condition holds; nobody would have let them in, had the news come in time. */
  async function endIfUntrue(tx: Tx, sop: SopVersion, entry: Entry, told: ReadonlySet<string>): Promise<void> {
    const { externalUserId } = entry
    if (sop.when.kind === 'unreadable') return
    const paths = factPaths(sop.when)
    if (!paths.some((path) => told.has(path))) return
    const known = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId)
    if (!isUntrueBy(sop.when, known ?? new Map(), told)) return
    await entryStore.take(tx, entry, clock.now())
    await walk.end(tx, sop, entry, { state: 'left', why: '补到更早的消息，已不符合进入条件' })
  }

  /** `names`: one event under each of the names that rules call it by. */
  async function handle(tx: Tx, names: EntryEvent[], news: News): Promise<void> {
    const { subject } = news
    for (const event of names) await noteOutcomes(tx, event, subject)
    await onActive(tx, names, news)
    const now = clock.now()
    for (const released of byPriority(rules.current().sops.values())) {
      const sop = versionFor(released, subject.externalUserId)
      if (sop === undefined) continue
      const { trigger, enabled } = sop.value
      if (enabled === false || !isEventTrigger(trigger)) continue
      const event = meant(trigger, names)
      if (event === undefined || isTooOld(event, now) || chainOf(event).includes(sop.name)) continue
      await enter.byEvent(tx, released, subject, event)
    }
  }

  const on = (kind: OwnEvent): Subscription => {
    const name = `sop.on-${kind.kind.replace('.', '-')}`
    const heard: Parameters<typeof subscribe>[2] = (tx, { id, eventAtMs: atMs, receivedAtMs, ...event }) => {
      // Every event that rules may name is about a customer; those of a pair name the guide too.
      const payload = event.payload as Record<string, unknown> & { externalUserId: string; userId?: string }
      const { externalUserId, userId } = payload
      const called = kind.triggers.filter((trigger) => trigger.when?.(payload as never) !== false)
      const isOfPair = called.some(({ about }) => about === 'pair')
      const subject = isOfPair && userId !== undefined ? { externalUserId, userId } : { externalUserId }
      return handle(
        tx,
        called.map((trigger) => ({ id, kind: trigger.name, atMs, receivedAtMs, payload })),
        { subject, told: factsByEvent.get(kind.kind) ?? new Set() },
      )
    }
    return subscribe(name, kind, heard, { sideBySide: true })
  }

  function meant(spec: EventSpec, names: EntryEvent[]): EntryEvent | undefined {
    return names.find((event) => matchesEvent(vocabulary, spec, event))
  }

  return deps.events.filter(({ triggers }) => triggers.length > 0).map(on)
}

const isTooOld = ({ atMs, payload }: EntryEvent, nowMs: number): boolean =>
  isTooOldToBegin({ atMs }, nowMs) || isOldNews({ found: payload.found === true, addedAtMs: atMs }, nowMs)
