import type { Entry, EntryEvent } from './sop-entry.ts'

/** Whom an event is about. */
export interface Subject {
  externalUserId: string
  /** Only for events about one guide–customer pair. */
  userId?: string
}

/** An event counts for a journey when it happened since the journey began, is not what began it, and, where it is about
 *  a pair, is about this journey's guide. */
export function concerns(event: EntryEvent, subject: Subject, entry: Entry): boolean {
  if (entry.event?.id === event.id) return false
  if (event.atMs < (entry.event?.atMs ?? entry.enteredAtMs)) return false
  return subject.userId === undefined || subject.userId === entry.userId
}
