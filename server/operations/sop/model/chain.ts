import type { Entry, EntryEvent } from './sop-entry.ts'

/** The journeys that led to this event, as it says itself. None of them begins by it: a journey that adds the tag which
 *  begins it, also by way of others, would never end. */
export function chainOf(event: Pick<EntryEvent, 'payload'> | undefined): string[] {
  const via = event?.payload.via
  return Array.isArray(via) ? via.filter((one) => typeof one === 'string') : []
}

/** For what this journey does: those that led to it, and itself. */
export const chainWith = (entry: Pick<Entry, 'event' | 'sop'>): string[] => [
  ...new Set([...chainOf(entry.event), entry.sop]),
]
