import type { Manifest } from '../records/define-capability.ts'
import type { OwnEvent } from '../records/own-event.ts'
import { CAPABILITIES } from './capabilities.ts'

const manifests: readonly Manifest[] = CAPABILITIES

/** Everything that capabilities tell each other. */
export const EVERY_EVENT: readonly OwnEvent[] = CAPABILITIES.flatMap(({ events }): readonly OwnEvent[] => events)

/** What rules may ask that the news of an event may change, by kind of event: the facts of whoever tells it. */
export const FACTS_BY_EVENT: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  manifests.flatMap(({ events, facts }) =>
    events.map(({ kind }) => [kind, new Set(facts.map(({ path }) => path))] as const),
  ),
)

/** Those that webhooks may ask for. */
export const FORWARDED_EVENTS: readonly OwnEvent[] = EVERY_EVENT.filter(({ forwarded }) => forwarded !== undefined)

/** Those that a backtest tells again: what people did. What our own rules did they shall do again, or not. */
export const REPLAYED_EVENTS: readonly OwnEvent[] = EVERY_EVENT.filter(({ replay }) => replay === 'told')

/** The names of events that do not happen in a backtest, so that nothing is known of journeys that they begin. */
export const UNREHEARSED_TRIGGERS: ReadonlySet<string> = new Set(
  EVERY_EVENT.flatMap(({ replay, triggers }) => (typeof replay === 'string' ? [] : triggers.map(({ name }) => name))),
)
