/** Told by the step `webhook` of a journey to the webhook that it names, whatever that one lists. */
export const STEP_EVENT = 'sop.webhook'

/** What our rules, or a guide with our help, did about a customer, with the reason: the timeline's kinds of notes under
 *  names of their own. */
export const decisionEvent = (noteKind: string): string => `decision.${noteKind}`

/** True when `pattern` (a name, `beginning.*` or `*`) means `event`. */
export const meansEvent = (pattern: string, event: string): boolean =>
  pattern === '*' || pattern === event || (pattern.endsWith('.*') && event.startsWith(pattern.slice(0, -1)))
