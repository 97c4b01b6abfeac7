import { createHash } from 'node:crypto'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Executor } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { EventKind } from '../../engine/inbox/event-kind.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import type { Note } from '../../records/timeline/timeline.ts'
import type { Rule, RuleBookHolder } from '../../rules/book/rule-book.ts'
import {
  askedOf,
  decisionEvent,
  type ForwardedEvent,
  forwardedDecision,
  meansEvent,
  STEP_EVENT,
} from '../../rules/book/webhook-events.ts'
import type { WebhookRule } from '../../rules/schema/rule-files.ts'
import type { Vocabulary } from '../../rules/vocabulary.ts'
import { createDeliverWebhook, DeliverWebhook, type DeliverWebhookDeps } from './deliver-webhook.ts'
import { createUnnamedFields } from './unnamed-fields.ts'

interface Happening {
  /** What makes it the same when its cause is handled twice. */
  key: string
  event: string
  atMs: number
  data: Record<string, unknown>
  externalUserId?: string | undefined
  /** Default: that the webhook asks for such events. */
  reason?: Reason
}

export interface EventsOutDeps extends DeliverWebhookDeps {
  outbox: Pick<Outbox, 'enqueue'>
  rules: Pick<RuleBookHolder, 'current'>
  /** What webhooks may be told of. */
  events: readonly EventKind[]
  vocabulary: Pick<Vocabulary, 'forwarded'>
}

/** Tells other systems what happened and what was decided: `config/webhooks/*.yaml` says whom and of what. */
export function createEventsOut(deps: EventsOutDeps) {
  const { outbox, rules, clock, events, vocabulary } = deps

  const byName = new Map(vocabulary.forwarded.map((one) => [one.name, one]))
  const eventOf = (name: string): ForwardedEvent => byName.get(name) ?? forwardedDecision(name)

  async function send(tx: Tx, webhook: Rule<WebhookRule>, happening: Happening): Promise<void> {
    const { key, event, atMs, data, externalUserId } = happening
    const { data: given, withheld } = askedOf(eventOf(event), data, webhook.value.fields)
    await outbox.enqueue(tx, DeliverWebhook, {
      key: `webhook:${webhook.name}:${idOf(key)}`,
      payload: {
        webhook: webhook.name,
        id: idOf(key),
        event,
        atMs,
        data: given,
        ...(withheld.length === 0 ? {} : { withheld }),
      },
      reason: happening.reason ?? {
        text: `转发给「${webhook.name}」`,
        rule: { kind: 'webhook', name: webhook.name, version: webhook.version },
      },
      ...(externalUserId === undefined ? {} : { externalUserId }),
    })
  }

  async function forward(tx: Tx, happening: Happening): Promise<void> {
    for (const webhook of rules.current().webhooks.values()) {
      const { events: asked, enabled } = webhook.value
      if (enabled === false || !asked.some((pattern) => meansEvent(pattern, happening.event))) continue
      await send(tx, webhook, happening)
    }
  }

  const subscriptions: Subscription[] = events.map((kind) =>
    subscribe(
      `events-out.${kind.kind}`,
      kind,
      (tx, event) => {
        const data = event.payload as Record<string, unknown>
        const { externalUserId } = data
        return forward(tx, {
          key: event.dedupeKey,
          event: kind.kind,
          atMs: event.eventAtMs,
          data,
          externalUserId: typeof externalUserId === 'string' ? externalUserId : undefined,
        })
      },
      { sideBySide: true },
    ),
  )
  const executors: Executor[] = [createDeliverWebhook(deps)]

  return {
    subscriptions,
    executors,
    jobs: [createUnnamedFields(deps)],
    /** Tells one webhook by its name because a rule says so; false when it is not switched on. Safe to repeat: once a
     *  key. */
    call: async (tx: Tx, asked: Omit<Happening, 'event' | 'atMs'> & { webhook: string }): Promise<boolean> => {
      const { webhook: name, ...happening } = asked
      const webhook = rules.current().webhooks.get(name)
      if (webhook === undefined || webhook.value.enabled === false) return false
      await send(tx, webhook, { ...happening, key: `step:${happening.key}`, event: STEP_EVENT, atMs: clock.now() })
      return true
    },
    /** The timeline's notes are the decisions, with their reasons. */
    onNotes: async (tx: Tx, notes: Note[]): Promise<void> => {
      if (rules.current().webhooks.size === 0) return
      for (const { key, kind, externalUserId, userId, text, reason, atMs } of notes) {
        const event = decisionEvent(kind)
        if (!byName.has(event)) continue
        const data = { externalUserId, userId: userId ?? null, text, reason: reason ?? null }
        await forward(tx, { key: `note:${key}`, event, atMs: atMs ?? clock.now(), data, externalUserId })
      }
    },
  }
}

/** Our own keys hold ids and reasons that are nobody's business. */
const idOf = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 27)
