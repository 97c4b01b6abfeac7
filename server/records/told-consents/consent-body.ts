import Type, { type Static } from 'typebox'
import { checkedBody, instantOf, invalidBody } from '../../engine/http/checked-body.ts'
import { GivenCustomer, type NamedCustomer, namedCustomer } from '../customers/given-customer.ts'
import { CONSENT_SCOPES, type ConsentKind, type ConsentScope, type ConsentState } from '../privacy/privacy-tables.ts'

const Instant = Type.Union([Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0 }), Type.Null()])
const word = <const Word extends string>(one: Word) => Type.Literal(one)

/** Body of POST /api/consents: one word of a customer, said to another program or by its link. */
const ConsentBody = Type.Object({
  consentId: Type.String({ minLength: 1, maxLength: 100 }),
  customer: GivenCustomer,
  state: Type.Union([word('refused'), word('given')]),
  /** Default: marketing. */
  kind: Type.Optional(Type.Union([word('marketing'), word('profiling'), Type.Null()])),
  /** Absent, null or empty: all of it. */
  scope: Type.Optional(Type.Union([...CONSENT_SCOPES.map((scope) => word(scope)), Type.Null()])),
  /** When it was said: ISO 8601 with offset, or UTC milliseconds; absent, null or empty: now. */
  at: Type.Optional(Instant),
  /** Until when it holds; absent, null or empty: until there is another word. */
  until: Type.Optional(Instant),
})

export interface ConsentMessage {
  consentId: string
  customer: NamedCustomer
  state: ConsentState
  kind: ConsentKind
  scope: ConsentScope
  /** UTC milliseconds. */
  saidAtMs: number | undefined
  untilMs: number | undefined
}

const ABOUT = { what: 'consents', zh: '同意或拒绝' }

/** Throws consents.invalid (400) naming fields, never their values. */
export function parseConsent(value: unknown): ConsentMessage {
  const { consentId, customer, state, kind, scope, at, until } = checkedBody(ConsentBody, value, ABOUT)
  const id = consentId.trim()
  if (id === '') throw invalidBody(['/consentId must not be blank'], ABOUT)
  if (kind === 'profiling' && scope) throw invalidBody(['/scope is of marketing only'], ABOUT)
  const instant = (given: Static<typeof Instant> | undefined, field: string): number | undefined =>
    given === undefined || given === null || given === '' ? undefined : instantOf(given, { field, ...ABOUT })
  const saidAtMs = instant(at, '/at')
  const untilMs = instant(until, '/until')
  if (state === 'given' && untilMs !== undefined) throw invalidBody(['/until is of refusals only'], ABOUT)
  return {
    consentId: id,
    customer: namedCustomer(customer),
    state,
    kind: kind ?? 'marketing',
    scope: scope ?? '',
    saidAtMs,
    untilMs,
  }
}
