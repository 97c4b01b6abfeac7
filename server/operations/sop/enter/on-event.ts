import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import type { EventKind, PayloadOf, StoredEvent } from '../../../engine/inbox/event-kind.ts'
import { type Subscription, subscribe } from '../../../engine/inbox/subscription.ts'
import {
  CustomerAdded,
  CustomerLost,
  isOldNews,
  TagAdded,
  TagRemoved,
} from '../../../records/customers/customer-events.ts'
import { GroupJoined, GroupLeft } from '../../../records/groups/group-events.ts'
import { OrderCreated, OrderPaid, OrderRefunded } from '../../../records/orders/order-events.ts'
import { SurveyAnswered } from '../../../records/surveys/survey-events.ts'
import { byPriority } from '../../../rules/book/priority.ts'
import type { RuleBookHolder } from '../../../rules/book/rule-book.ts'
import type { EventSpec, TriggerEvent } from '../../../rules/schema/sop-event.ts'
import { isEventTrigger } from '../../../rules/schema/sop-trigger.ts'
import { ScriptSent } from '../../scripts-library/script-events.ts'
import { TierChanged } from '../../tiers/tier-events.ts'
import type { NoteOutcomes } from '../experiments/note-outcomes.ts'
import { chainOf } from '../model/chain.ts'
import { isAbout, type Subject } from '../model/is-about.ts'
import { matchesEvent } from '../model/matches-event.ts'
import { type EntryEvent, entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { stepAt } from '../model/step-path.ts'
import { EVENT_ZH } from '../model/step-text.ts'
import { versionFor } from '../model/version-for.ts'
import type { Walk } from '../walk/walk.ts'
import type { Enter } from './enter.ts'

export interface OnEventDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  versions: SopVersions
  walk: Walk
  enter: Enter
  noteOutcomes: NoteOutcomes
}

/** Nobody enters by news as old as this: orders imported from years ago must not start today's journeys. */
const STALE_MS = 3 * DAY_MS

/** What the events that rules may name do to journeys: end, wake and begin them. */
export function createOnEvent(deps: OnEventDeps): Subscription[] {
  const { clock, rules, versions, walk, enter, noteOutcomes } = deps

  async function onActive(tx: Tx, names: EntryEvent[], subject: Subject): Promise<void> {
    for (const entry of await entryStore.activeOf(tx, subject.externalUserId)) {
      if (!names.every((event) => isAbout(event, subject, entry))) continue
      // One that went on before it may have ended it, by a start or a leave.
      if (!(await entryStore.stillActive(tx, [entry.id])).has(entry.id)) continue
      const sop = await versions(tx, entry.sop, entry.version)
      if (sop === undefined) continue
      const { goal, leave = [] } = sop.value
      const reached = goal === undefined ? undefined : meant(goal, names)
      const left = leave.map((spec) => meant(spec, names)).find((event) => event !== undefined)
      if (reached !== undefined) {
        await walk.end(tx, sop, entry, { state: 'goal', why: EVENT_ZH[reached.kind] })
      } else if (left !== undefined) {
        await walk.end(tx, sop, entry, { state: 'left', why: EVENT_ZH[left.kind] })
      } else if (entry.waitingEvent !== undefined) {
        const step = stepAt(sop.steps, entry.position)
        const wait = step !== undefined && 'wait' in step ? step.wait : undefined
        if (typeof wait !== 'object' || !('event' in wait)) continue
        const { atMost: _atMost, ...awaited } = wait
        const come = meant(awaited, names)
        if (come !== undefined) await walk.wake(tx, sop, entry, EVENT_ZH[come.kind])
      }
    }
  }

  /** `names`: one event under each of the names that rules call it by. */
  async function handle(tx: Tx, names: EntryEvent[], subject: Subject): Promise<void> {
    for (const event of names) await noteOutcomes(tx, event, subject)
    await onActive(tx, names, subject)
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

  const on = <Kind extends EventKind>(
    name: string,
    kind: Kind,
    { names, isOfPair }: { names(payload: PayloadOf<Kind>): TriggerEvent[]; isOfPair: boolean },
  ): Subscription =>
    subscribe(name, kind, (tx, event: StoredEvent) => {
      // Every event that rules may name is about a customer; those of a pair name the guide too.
      const payload = event.payload as Record<string, unknown> & { externalUserId: string; userId?: string }
      const { id, eventAtMs: atMs, receivedAtMs } = event
      const { externalUserId, userId } = payload
      const subject = isOfPair && userId !== undefined ? { externalUserId, userId } : { externalUserId }
      const events = names(payload as PayloadOf<Kind>).map((kind) => ({ id, kind, atMs, receivedAtMs, payload }))
      return handle(tx, events, subject)
    })
  const ofPair = (name: TriggerEvent) => ({ names: () => [name], isOfPair: true })
  const ofCustomer = (name: TriggerEvent) => ({ names: () => [name], isOfPair: false })

  return [
    on('sop.on-customer-added', CustomerAdded, {
      names: ({ again }) => (again ? ['customer.readded', 'customer.added'] : ['customer.added']),
      isOfPair: true,
    }),
    on('sop.on-customer-lost', CustomerLost, ofPair('customer.lost')),
    on('sop.on-order-created', OrderCreated, ofCustomer('order.created')),
    on('sop.on-order-paid', OrderPaid, ofCustomer('order.paid')),
    on('sop.on-order-refunded', OrderRefunded, ofCustomer('order.refunded')),
    on('sop.on-group-joined', GroupJoined, ofCustomer('group.joined')),
    on('sop.on-group-left', GroupLeft, ofCustomer('group.left')),
    on('sop.on-tag-added', TagAdded, ofPair('tag.added')),
    on('sop.on-tag-removed', TagRemoved, ofPair('tag.removed')),
    on('sop.on-script-sent', ScriptSent, ofPair('script.sent')),
    on('sop.on-survey-answered', SurveyAnswered, ofCustomer('survey.answered')),
    on('sop.on-tier-changed', TierChanged, ofCustomer('tier.changed')),
  ]
}

const meant = (spec: EventSpec, names: EntryEvent[]): EntryEvent | undefined =>
  names.find((event) => matchesEvent(spec, event.kind, event.payload))

const isTooOld = ({ atMs, payload }: EntryEvent, nowMs: number): boolean =>
  nowMs - atMs > STALE_MS || isOldNews({ found: payload.found === true, addedAtMs: atMs }, nowMs)
