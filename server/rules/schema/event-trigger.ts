import type { NameKind } from './name-kind.ts'

/** What a rule may ask of an event besides its name. */
export interface EventFilterSpec<Payload = never> {
  /** What to write there, for whoever edits rules. */
  zh: string
  /** Only one of these may be written. */
  oneOf?: readonly string[]
  /** What is written must be the name of such a rule. */
  names?: NameKind
  /** It is a category or a product of the shop. */
  goods?: 'category' | 'product'
  /** Whether the event is one that the rule means. */
  holds(payload: Payload, wanted: string): boolean
}

/** How rules know an event: declared with the event, by the capability that tells it. */
export interface EventTrigger<Payload = never> {
  /** As written in rules: `order.paid`. */
  name: string
  /** What people call it. */
  zh: string
  /** `pair`: it counts only for the journeys of the guide whom it names. */
  about: 'customer' | 'pair'
  filters?: Readonly<Record<string, EventFilterSpec<Payload>>>
  /** A name for some of the events only; absent: for all of them. */
  when?(payload: Payload): boolean
  /** More of what was told already begins nothing anew, except where a rule asks by this filter for what it brings. */
  goesOn?: { when(payload: Payload): boolean; unlessAskedBy: string }
  /** Only with such an event can a journey send a welcome. */
  bringsWelcomeCode?: true
}

/** What a check of rule files needs to know about a trigger: plain values. */
export interface EventTriggerShape extends Pick<EventTrigger, 'name' | 'zh' | 'about' | 'bringsWelcomeCode'> {
  filters?: Readonly<Record<string, Pick<EventFilterSpec, 'zh' | 'oneOf' | 'names' | 'goods'>>>
}
