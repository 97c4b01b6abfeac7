import { hash } from 'node:crypto'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { InboundEvent } from '../../../engine/inbox/accept.ts'
import { UnknownEvent, WECOM_EVENTS } from './callback-events.ts'
import { KEPT_EVENTS, SUITE_KIND } from './kept-events.ts'
import type { Field, Fields } from './xml.ts'

const known = new Map(WECOM_EVENTS.map((event) => [event.kind, Compile<TSchema>(event.schema)]))
const kept = new Set(KEPT_EVENTS.map((event) => event.kind))

/** The same text for the same fields, whatever their order. */
function canonical(field: Field): string {
  if (typeof field === 'string') return JSON.stringify(field)
  if (Array.isArray(field)) return `[${field.map(canonical).join(',')}]`
  const names = Object.keys(field).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(field[name] ?? '')}`).join(',')}}`
}

/** FromUserName and CreateTime alone would make two customers of one second the same (docs 90930 advise that pair, but
 *  in customer events the sender is always `sys`). Begins with the time, so that new keys stand together in the unique
 *  index: at random places each would dirty a page of its own at every commit. */
const dedupeKeyOf = (field: Field, time = ''): string =>
  `wecom:${time}:${hash('sha256', canonical(field), 'base64url')}`

const textOf = (field: Field | undefined): string => (typeof field === 'string' ? field : '')

/** Unix seconds of the event; undefined for a time that cannot be. */
function createTimeOf(fields: Fields): string | undefined {
  const text = textOf(fields.CreateTime ?? fields.TimeStamp)
  return /^\d{9,10}$/.test(text) ? text : undefined
}

function kindOf(fields: Fields): { kind: string } | { why: string } {
  if (fields.SuiteId !== undefined || fields.InfoType !== undefined) return { kind: SUITE_KIND }
  const kind = nameOf(fields)
  if (kind === undefined) return { why: 'neither an event nor a message' }
  if (kept.has(kind)) return { kind }
  const check = known.get(kind)
  if (check === undefined) return { why: 'an event that is not documented' }
  if (check.Check(fields)) return { kind }
  const fault = check.Errors(fields)[0]
  return { why: `${kind} with wrong fields: ${fault?.instancePath || '/'} ${fault?.message ?? ''}` }
}

function nameOf(fields: Fields): string | undefined {
  const event = textOf(fields.Event)
  const message = textOf(fields.MsgType)
  if (event === '') return message === '' || message === 'event' ? undefined : `wecom.message.${message}`
  const change = textOf(fields.ChangeType)
  return change === '' ? `wecom.${event}` : `wecom.${event}.${change}`
}

/** What to store of a decrypted callback. One with missing fields, or that WeCom does not document, becomes
 *  `wecom.unknown`: kept, so that nothing is lost. dedupeKey: equal for a re-delivery, whatever the order and layout of its elements. */
export function toInboundEvent(fields: Fields, receivedAtMs: number): InboundEvent {
  const found = kindOf(fields)
  const createTime = createTimeOf(fields)
  return {
    kind: 'kind' in found ? found.kind : UnknownEvent.kind,
    dedupeKey: dedupeKeyOf(fields, createTime),
    // The code lives 20 s: such an event goes before all others.
    lane: textOf(fields.WelcomeCode) === '' ? 'normal' : 'welcome',
    eventAtMs: createTime === undefined ? receivedAtMs : Number(createTime) * 1_000,
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
