import type { FactShape } from './condition/fact.ts'
import { createRuleShapes, type RuleShapes } from './files/rule-shapes.ts'
import type { EventTrigger } from './schema/event-trigger.ts'

/** Everything that rules may name and that is no rule itself. */
export interface Vocabulary {
  /** What may be asked about a customer. */
  facts: readonly FactShape[]
  /** The events by which journeys begin, go on and end, by name. */
  triggers: ReadonlyMap<string, EventTrigger>
  /** The events that a webhook may be told of. */
  forwarded: readonly string[]
  /** What rule files must look like, with those events in it. */
  shapes: RuleShapes
}

/** Made once, from what the capabilities say. */
export function createVocabulary(said: {
  facts: readonly FactShape[]
  triggers: readonly EventTrigger[]
  forwarded: readonly string[]
}): Vocabulary {
  const { facts, triggers, forwarded } = said
  return {
    facts,
    triggers: new Map(triggers.map((trigger) => [trigger.name, trigger])),
    forwarded,
    shapes: createRuleShapes(triggers),
  }
}

/** What people call an event; one that is no longer known keeps its name. */
export const eventZh = ({ triggers }: Pick<Vocabulary, 'triggers'>, name: string): string =>
  triggers.get(name)?.zh ?? name
