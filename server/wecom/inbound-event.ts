import { hash } from 'node:crypto'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { InboundEvent } from '../inbox/accept.ts'
import { UnknownEvent, WECOM_EVENTS } from './callback-events.ts'
import type { Field, Fields } from './xml.ts'

const known = new Map(WECOM_EVENTS.map((event) => [event.kind, Compile<TSchema>(event.schema)]))

/** The same text for the same fields, whatever their order. */
function canonical(field: Field): string {
  if (typeof field === 'string') return JSON.stringify(field)
  if (Array.isArray(field)) return `[${field.map(canonical).join(',')}]`
  const names = Object.keys(field).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(field[name] ?? '')}`).join(',')}}`
}

/** FromUserName and CreateTime alone would make two customers of one second the same (docs 90930 advise that pair, but
 *  in customer events the sender is always `sys`). */
const dedupeKeyOf = (field: Field): string => `wecom:${hash('sha256', canonical(field), 'base64url')}`

const textOf = (field: Field | undefined): string => (typeof field === 'string' ? field : '')

/** Unix seconds of the event as UTC milliseconds; a time that cannot be is replaced by when we received it. */
function eventAtMs(fields: Fields, receivedAtMs: number): number {
  const text = textOf(fields.CreateTime ?? fields.TimeStamp)
  return /^\d{9,10}$/.test(text) ? Number(text) * 1_000 : receivedAtMs
}

function kindOf(fields: Fields): { kind: string } | { why: string } {
  // Ids of a provider's suite are other ids for the same people.
  if (fields.SuiteId !== undefined || fields.InfoType !== undefined) return { why: 'a third-party suite, not this app' }
  const event = textOf(fields.Event)
  if (event === '') return { why: 'not an event' }
  const kind = `wecom.${event}.${textOf(fields.ChangeType)}`
  const check = known.get(kind)
  if (check === undefined) return { why: 'an event without a handler' }
  if (check.Check(fields)) return { kind }
  const fault = check.Errors(fields)[0]
  return { why: `${kind} with wrong fields: ${fault?.instancePath || '/'} ${fault?.message ?? ''}` }
}

/** What to store of a decrypted callback. One with missing fields, or that nobody knows, becomes `wecom.unknown`: kept, so
 *  that nothing is lost. dedupeKey: equal for a re-delivery, whatever the order and layout of its elements. */
export function toInboundEvent(fields: Fields, receivedAtMs: number): InboundEvent {
  const found = kindOf(fields)
  return {
    kind: 'kind' in found ? found.kind : UnknownEvent.kind,
    dedupeKey: dedupeKeyOf(fields),
    // The code lives 20 s: such an event goes before all others.
    lane: textOf(fields.WelcomeCode) === '' ? 'normal' : 'welcome',
    eventAtMs: eventAtMs(fields, receivedAtMs),
    payload: 'kind' in found ? fields : { why: found.why, raw: fields },
  }
}

/** The same for a message that is no XML. */
export function toUnreadableEvent(plaintext: string, receivedAtMs: number): InboundEvent {
  return {
    kind: UnknownEvent.kind,
    dedupeKey: dedupeKeyOf(plaintext),
    lane: 'normal',
    eventAtMs: receivedAtMs,
    payload: { why: 'not XML', raw: { plaintext } },
  }
}
