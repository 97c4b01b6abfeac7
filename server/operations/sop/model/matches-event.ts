import type { EventSpec } from '../../../rules/schema/sop-event.ts'
import type { Vocabulary } from '../../../rules/vocabulary.ts'

/** Is this event what the rule names: of that kind, and with everything else that the rule asks of it. Payloads are those
 *  of the events' own schemas; what is not asked of such events does not hold. */
export function matchesEvent(
  { triggers }: Pick<Vocabulary, 'triggers'>,
  spec: EventSpec,
  { kind, payload }: { kind: string; payload: Record<string, unknown> },
): boolean {
  if (typeof spec === 'string') return spec === kind
  const { event, ...asked } = spec
  if (event !== kind) return false
  const filters = triggers.get(kind)?.filters ?? {}
  // The dispatcher has checked the payload against the schema of the event whose filters these are.
  return Object.entries(asked).every(([key, wanted]) => filters[key]?.holds(payload as never, wanted) === true)
}
