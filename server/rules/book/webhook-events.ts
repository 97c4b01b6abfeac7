/** Told by the step `webhook` of a journey to the webhook that it names, whatever that one lists. */
export const STEP_EVENT = 'sop.webhook'

/** What our rules, or a guide with our help, did about a customer, with the reason: the timeline's kinds of notes under
 *  names of their own. */
export const decisionEvent = (noteKind: string): string => `decision.${noteKind}`

/** True when `pattern` (a name, `beginning.*` or `*`) means `event`. */
export const meansEvent = (pattern: string, event: string): boolean =>
  pattern === '*' || pattern === event || (pattern.endsWith('.*') && event.startsWith(pattern.slice(0, -1)))

/** An event that webhooks may be told of, with the fields that it has besides `externalUserId`, which is always there. */
export interface ForwardedEvent {
  name: string
  /** Say that it happened, when and with whom: they go to every webhook that names no fields. */
  plain: readonly string[]
  /** Tell of the person: they go where the rule names them. */
  personal: readonly string[]
}

/** Good for nothing but a welcome, and only ours. */
const NEVER = 'welcomeCode'
const ALWAYS = 'externalUserId'

export const forwardedEvent = (
  name: string,
  { all, plain }: { all: readonly string[]; plain: readonly string[] },
): ForwardedEvent => ({
  name,
  plain: plain.filter((field) => field !== ALWAYS && field !== NEVER),
  personal: all.filter((field) => field !== ALWAYS && field !== NEVER && !plain.includes(field)),
})

/** What `data` of decisions and of steps is made of. */
export const forwardedDecision = (name: string): ForwardedEvent =>
  forwardedEvent(name, { all: ['userId', 'text', 'reason'], plain: ['userId'] })
export const FORWARDED_STEP = forwardedEvent(STEP_EVENT, { all: ['userId', 'sop', 'facts'], plain: ['userId', 'sop'] })

/** What a receiver gets of `data`, and the names of what it does not get because nobody asked for it. */
export function askedOf(
  { plain, personal }: ForwardedEvent,
  data: Record<string, unknown>,
  fields: readonly string[] | undefined,
): { data: Record<string, unknown>; withheld: string[] } {
  const asked = new Set([ALWAYS, ...(fields ?? plain)])
  const given = Object.entries(data).filter(([name]) => name !== NEVER && asked.has(name))
  const withheld = fields === undefined ? personal.filter((name) => Object.hasOwn(data, name)) : []
  return { data: Object.fromEntries(given), withheld }
}

/** The personal fields of all events that these patterns mean, each once. */
export const personalFieldsOf = (known: readonly ForwardedEvent[], patterns: readonly string[]): string[] => [
  ...new Set(
    known
      .filter(({ name }) => patterns.some((pattern) => meansEvent(pattern, name)))
      .flatMap(({ personal }) => personal),
  ),
]
