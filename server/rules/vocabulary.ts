import type { ForwardedEvent } from './book/webhook-events.ts'
import type { FactShape } from './condition/fact.ts'
import { createRuleShapes, type RuleShapes } from './files/rule-shapes.ts'
import type { EventTrigger, EventTriggerShape } from './schema/event-trigger.ts'

/** Everything that rules may name and that is no rule itself. */
export interface Vocabulary {
  /** What may be asked about a customer. */
  facts: readonly FactShape[]
  /** The events by which journeys begin, go on and end, by name. */
  triggers: ReadonlyMap<string, EventTrigger>
  /** The events that a webhook may be told of. */
  forwarded: readonly ForwardedEvent[]
  /** What rule files must look like, with those events in it. */
  shapes: RuleShapes
}

/** The part of it that checks of rule files look at. */
export interface CheckedWords extends Omit<Vocabulary, 'triggers'> {
  triggers: ReadonlyMap<string, EventTriggerShape>
}

/** The same as plain values, for another thread; `wordsFrom` makes them whole again. */
export interface PlainWords {
  facts: readonly FactShape[]
  triggers: readonly EventTriggerShape[]
  forwarded: readonly ForwardedEvent[]
}

export const plainWords = ({ facts, triggers, forwarded }: CheckedWords): PlainWords => ({
  facts: facts.map(({ path, type, zh, names, oneOf, narrow }) => ({
    path,
    type,
    zh,
    ...(names === undefined ? {} : { names }),
    ...(oneOf === undefined ? {} : { oneOf }),
    ...(narrow === undefined ? {} : { narrow }),
  })),
  triggers: [...triggers.values()].map(plainTrigger),
  forwarded,
})

function plainTrigger({ name, zh, about, bringsWelcomeCode, filters }: EventTriggerShape): EventTriggerShape {
  const plain = Object.entries(filters ?? {}).map(([key, { zh: filterZh, oneOf, names }]) => [
    key,
    { zh: filterZh, ...(oneOf === undefined ? {} : { oneOf }), ...(names === undefined ? {} : { names }) },
  ])
  return {
    name,
    zh,
    about,
    ...(bringsWelcomeCode === undefined ? {} : { bringsWelcomeCode }),
    ...(filters === undefined ? {} : { filters: Object.fromEntries(plain) }),
  }
}

export const wordsFrom = ({ facts, triggers, forwarded }: PlainWords): CheckedWords => ({
  facts,
  triggers: new Map(triggers.map((trigger) => [trigger.name, trigger])),
  forwarded,
  shapes: createRuleShapes(triggers),
})

/** Made once, from what the capabilities say. */
export function createVocabulary(said: {
  facts: readonly FactShape[]
  triggers: readonly EventTrigger[]
  forwarded: readonly ForwardedEvent[]
}): Vocabulary {
  return { ...wordsFrom(said), triggers: new Map(said.triggers.map((trigger) => [trigger.name, trigger])) }
}

/** What people call an event; one that is no longer known keeps its name. */
export const eventZh = ({ triggers }: Pick<Vocabulary, 'triggers'>, name: string): string =>
  triggers.get(name)?.zh ?? name
