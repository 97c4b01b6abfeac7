import { CustomerAdded, CustomerLost, isOldNews, TagAdded } from '../customers/customer-events.ts'
import type { Tx } from '../db/tx.ts'
import { GroupJoined, GroupLeft } from '../groups/group-events.ts'
import type { EventKind, StoredEvent } from '../inbox/event-kind.ts'
import { type Subscription, subscribe } from '../inbox/subscription.ts'
import type { Clock } from '../kernel/clock.ts'
import { DAY_MS } from '../kernel/shanghai.ts'
import { OrderCreated, OrderPaid, OrderRefunded } from '../orders/order-events.ts'
import type { RuleBookHolder } from '../rules/rule-book.ts'
import type { EventSpec, TriggerEvent } from '../rules/schema/sop-event.ts'
import { isEventTrigger } from '../rules/schema/sop-trigger.ts'
import { byPriority } from './by-priority.ts'
import { concerns, type Subject } from './concerns.ts'
import type { Enter } from './enter.ts'
import { matchesEvent } from './matches-event.ts'
import type { NoteOutcomes } from './note-outcomes.ts'
import type { Proceed } from './proceed.ts'
import { type EntryEvent, entryStore } from './sop-entry.ts'
import type { SopVersions } from './sop-versions.ts'
import { stepAt } from './step-path.ts'
import { EVENT_ZH } from './step-text.ts'
import { versionFor } from './version-for.ts'

export interface OnEventDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  versions: SopVersions
  proceed: Proceed
  enter: Enter
  noteOutcomes: NoteOutcomes
}

/** Nobody enters by news as old as this: orders imported from years ago must not start today's journeys. */
const STALE_MS = 3 * DAY_MS

/** What the events that rules may name do to journeys: end, wake and begin them. */
export function createOnEvent(deps: OnEventDeps): Subscription[] {
  const { clock, rules, versions, proceed, enter, noteOutcomes } = deps

  async function onActive(tx: Tx, event: EntryEvent, subject: Subject): Promise<void> {
    for (const entry of await entryStore.activeOf(tx, subject.externalUserId)) {
      if (!concerns(event, subject, entry)) continue
      const sop = await versions(tx, entry.sop, entry.version)
      if (sop === undefined) continue
      const { goal, leave = [], steps } = sop.value
      const isMeant = (spec: EventSpec): boolean => matchesEvent(spec, event.kind, event.payload)
      if (goal !== undefined && isMeant(goal)) {
        await proceed.end(tx, sop, entry, { state: 'goal', why: EVENT_ZH[event.kind] })
      } else if (leave.some(isMeant)) {
        await proceed.end(tx, sop, entry, { state: 'left', why: EVENT_ZH[event.kind] })
      } else if (entry.waitingEvent === event.kind) {
        const step = stepAt(steps, entry.position)
        const wait = step !== undefined && 'wait' in step ? step.wait : undefined
        if (typeof wait !== 'object' || !('event' in wait)) continue
        const { atMost: _atMost, ...awaited } = wait
        if (isMeant(awaited)) await proceed.wake(tx, sop, entry, EVENT_ZH[event.kind])
      }
    }
  }

  async function handle(tx: Tx, event: EntryEvent, subject: Subject): Promise<void> {
    await noteOutcomes(tx, event, subject)
    await onActive(tx, event, subject)
    const now = clock.now()
    const news = { found: event.payload.found === true, addedAtMs: event.atMs }
    if (now - event.atMs > STALE_MS || isOldNews(news, now)) return
    for (const released of byPriority(rules.current().sops.values())) {
      const sop = versionFor(released, subject.externalUserId)
      if (sop === undefined) continue
      const { trigger, enabled } = sop.value
      if (enabled === false || !isEventTrigger(trigger) || !matchesEvent(trigger, event.kind, event.payload)) continue
      await enter.byEvent(tx, sop, { externalUserId: subject.externalUserId, userId: subject.userId }, event)
    }
  }

  const on = <Kind extends EventKind>(
    name: string,
    kind: Kind,
    trigger: TriggerEvent,
    isOfPair: boolean,
  ): Subscription =>
    subscribe(name, kind, (tx, event: StoredEvent) => {
      // Every event that rules may name is about a customer; those of a pair name the guide too.
      const payload = event.payload as Record<string, unknown> & { externalUserId: string; userId?: string }
      const { id, eventAtMs, receivedAtMs } = event
      const { externalUserId, userId } = payload
      const subject = isOfPair && userId !== undefined ? { externalUserId, userId } : { externalUserId }
      return handle(tx, { id, kind: trigger, atMs: eventAtMs, receivedAtMs, payload }, subject)
    })

  return [
    on('sop.on-customer-added', CustomerAdded, 'customer.added', true),
    on('sop.on-customer-lost', CustomerLost, 'customer.lost', true),
    on('sop.on-order-created', OrderCreated, 'order.created', false),
    on('sop.on-order-paid', OrderPaid, 'order.paid', false),
    on('sop.on-order-refunded', OrderRefunded, 'order.refunded', false),
    on('sop.on-group-joined', GroupJoined, 'group.joined', false),
    on('sop.on-group-left', GroupLeft, 'group.left', false),
    on('sop.on-tag-added', TagAdded, 'tag.added', true),
  ]
}
