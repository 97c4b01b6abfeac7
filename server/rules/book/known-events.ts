/** Told by the step `webhook` of a journey to the webhook that it names, whatever that one lists. */
export const STEP_EVENT = 'sop.webhook'

/** What a webhook may be told of. Facts: things that happened, with their data. Decisions: what our rules, or a guide with
 *  our help, did about a customer, with the reason; their names are the timeline's own behind `decision.`. */
export const FACT_EVENTS = [
  'customer.added',
  'customer.accepted',
  'customer.handed-over',
  'customer.lost',
  'tag.added',
  'tag.removed',
  'script.sent',
  'survey.answered',
  'group.joined',
  'group.left',
  'order.created',
  'order.paid',
  'order.refunded',
  'order.closed',
  'staff.left',
  'tier.changed',
] as const
export const DECISION_EVENTS = [
  'decision.welcome.ended',
  'decision.sop.entered',
  'decision.sop.step',
  'decision.sop.ended',
  'decision.invitation.opened',
  'decision.invitation.waiting',
  'decision.tag.changed',
  'decision.tag.failed',
  'decision.mass-send.sent',
  'decision.mass-send.excluded',
  'decision.mass-send.not-friend',
  'decision.mass-send.over-limit',
  'decision.mass-send.not-confirmed',
  'decision.mass-send.failed',
  'decision.script.sent',
] as const
export const KNOWN_EVENTS: readonly string[] = [...FACT_EVENTS, ...DECISION_EVENTS, STEP_EVENT]

/** True when `pattern` (a name, `beginning.*` or `*`) means `event`. */
export const meansEvent = (pattern: string, event: string): boolean =>
  pattern === '*' || pattern === event || (pattern.endsWith('.*') && event.startsWith(pattern.slice(0, -1)))
