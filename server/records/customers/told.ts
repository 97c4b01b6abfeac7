import Type, { type Static } from 'typebox'

/** What told of a change: one of WeCom's events, or a reconciliation. */
const Told = Type.Object({
  /** What makes this the same news when it is handled twice; ≤120 characters. */
  key: Type.String(),
  eventId: Type.Optional(Type.Number()),
  /** Chinese, for the timeline. */
  text: Type.String(),
})
export type Told = Static<typeof Told>

const maybeText = Type.Optional(Type.Union([Type.String(), Type.Undefined()]))
const pair = { externalUserId: Type.String(), userId: Type.String() }

export const ToldAdd = Type.Object({
  ...pair,
  /** UTC milliseconds. */
  atMs: Type.Number(),
  /** Added by the customer, not yet accepted by the guide. */
  half: Type.Boolean(),
  state: maybeText,
  /** Only an event of the last seconds has one. */
  welcomeCode: maybeText,
  told: Told,
  /** WeCom lists the pair as friends now, whatever was heard of it before: no event told it. */
  isListed: Type.Optional(Type.Boolean()),
  /** WeCom's number, where who tells has read it. */
  addWay: Type.Optional(Type.Union([Type.Number(), Type.Undefined()])),
  /** The customer's detail has been read: it is no handover. */
  isLookedAt: Type.Optional(Type.Boolean()),
})
export type ToldAdd = Static<typeof ToldAdd>

export const EndedBy = Type.Union([
  Type.Literal('customer'),
  Type.Literal('guide'),
  Type.Literal('transfer'),
  Type.Literal('unknown'),
])

export const ToldLoss = Type.Object({
  ...pair,
  atMs: Type.Number(),
  by: EndedBy,
  told: Told,
})
export type ToldLoss = Static<typeof ToldLoss>
