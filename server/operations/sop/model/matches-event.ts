import type { EventFilter, EventSpec, TriggerEvent } from '../../../rules/schema/sop-event.ts'

/** Is this event what the rule names: of that kind, and with everything else that the rule asks of it. Payloads are
 *  those of the events' own schemas; what a payload does not say does not match. */
export function matchesEvent(spec: EventSpec, kind: TriggerEvent, payload: Record<string, unknown>): boolean {
  if (typeof spec === 'string') return spec === kind
  if (spec.event !== kind) return false
  const { event: _event, ...asked } = spec
  return Object.entries(asked).every(([key, wanted]) => TESTS[key as keyof typeof asked](payload, wanted))
}

type Test = (payload: Record<string, unknown>, wanted: string) => boolean

const has = (list: unknown, wanted: string): boolean => Array.isArray(list) && list.includes(wanted)

const TESTS: Record<Exclude<keyof EventFilter, 'event'>, Test> = {
  tag: ({ tags }, wanted) => has(tags, wanted),
  by: ({ by }, wanted) => (by === 'rule') === (wanted === 'rule'),
  pool: ({ pool }, wanted) => pool === wanted,
  script: ({ scriptId }, wanted) => scriptId === wanted,
  carries: ({ carries }, wanted) => has(carries, wanted),
  survey: ({ surveyId }, wanted) => surveyId === wanted,
  answer: ({ answers }, wanted) =>
    Array.isArray(answers) && answers.some((one: { answer?: unknown } | null) => one?.answer === wanted),
  ladder: ({ ladder }, wanted) => ladder === wanted,
  to: ({ to }, wanted) => to === wanted,
  from: ({ from }, wanted) => from === wanted,
}
