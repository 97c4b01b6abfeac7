import Type, { type Static } from 'typebox'

/** What told of a change: one of WeCom's events, or a reconciliation. */
export const EventSource = Type.Object({
  /** What makes this the same news when it is handled twice; ≤120 characters. */
  key: Type.String(),
  eventId: Type.Optional(Type.Number()),
  /** Chinese, for the timeline. */
  text: Type.String(),
})
export type EventSource = Static<typeof EventSource>

const maybeText = Type.Optional(Type.Union([Type.String(), Type.Undefined()]))
const pair = { externalUserId: Type.String(), userId: Type.String() }

export const SourcedAdd = Type.Object({
  ...pair,
  /** UTC milliseconds. */
  atMs: Type.Number(),
  /** Added by the customer, not yet accepted by the guide. */
  half: Type.Boolean(),
  state: maybeText,
  /** Only an event of the last seconds has one. */
  welcomeCode: maybeText,
  told: EventSource,
  /** WeCom lists the pair as friends now, whatever was heard of it before: no event told it. */
  isListed: Type.Optional(Type.Boolean()),
  /** WeCom's number, where who tells has read it. */
  addWay: Type.Optional(Type.Union([Type.Number(), Type.Undefined()])),
  /** The customer's detail has been read: it is no handover. */
  isLookedAt: Type.Optional(Type.Boolean()),
  /** The pair was taken down and its welcome seen to before: see first-add.ts. */
  isWelcomed: Type.Optional(Type.Boolean()),
})
export type SourcedAdd = Static<typeof SourcedAdd>

export const LostBy = Type.Union([
  Type.Literal('customer'),
  Type.Literal('guide'),
  Type.Literal('transfer'),
  Type.Literal('unknown'),
])
export type LostBy = Static<typeof LostBy>

export const SourcedLoss = Type.Object({
  ...pair,
  atMs: Type.Number(),
  by: LostBy,
  told: EventSource,
})
export type SourcedLoss = Static<typeof SourcedLoss>
