import type { Entry, EntryEvent } from './sop-entry.ts'

/** Whom an event is about. */
export interface Subject {
  externalUserId: string
  /** Only for events about one guide–customer pair. */
  userId?: string
}

/** An event counts for a journey when it happened since the journey began, is not what began it or led to that (the payment
 *  by which a customer rose, told before the rise), and, where it is about a pair, is about this journey's guide. */
export function isAbout(event: EntryEvent, subject: Subject, entry: Entry): boolean {
  const begunBy = entry.event
  if (begunBy !== undefined && event.atMs === begunBy.atMs && event.id <= begunBy.id) return false
  if (event.id === begunBy?.id || event.atMs < (begunBy?.atMs ?? entry.enteredAtMs)) return false
  return subject.userId === undefined || subject.userId === entry.userId
}

/** News that came after the journey began, of something that had happened before: an order of last year, imported today. It
 *  is not what the journey waited for, but may make untrue what it began with. */
export const isLateNews = (event: EntryEvent, subject: Subject, entry: Entry): boolean =>
  event.receivedAtMs >= entry.enteredAtMs &&
  event.atMs < Math.min(entry.event?.atMs ?? entry.enteredAtMs, entry.enteredAtMs) &&
  (subject.userId === undefined || subject.userId === entry.userId)
