import type { EventSpec } from '../../../rules/schema/sop-event.ts'
import type { Vocabulary } from '../../../rules/vocabulary.ts'

/** Is this event what the rule names: of that kind, and with everything else that the rule asks of it. Payloads are those
 *  of the events' own schemas; what is not asked of such events does not hold. */
export function matchesEvent(
  { triggers }: Pick<Vocabulary, 'triggers'>,
  spec: EventSpec,
  { kind, payload }: { kind: string; payload: Record<string, unknown> },
): boolean {
  const { event, ...asked } = typeof spec === 'string' ? { event: spec } : spec
  if (event !== kind) return false
  const { filters = {}, goesOn } = triggers.get(kind) ?? {}
  // The dispatcher has checked the payload against the schema of the event whose filters these are.
  if (goesOn?.when(payload as never) === true && !(goesOn.unlessAskedBy in asked)) return false
  return Object.entries(asked).every(([key, wanted]) => filters[key]?.holds(payload as never, wanted) === true)
}
