import type { Note } from '../../../records/timeline/timeline.ts'
import type { EntryEvent, EntryToBegin } from '../model/sop-entry.ts'
import type { Admitted, Known } from './admission.ts'

/** Why somebody enters, and by what. */
export interface Cause {
  /** A few Chinese words. */
  why: string
  event?: EntryEvent | undefined
  /** How many starts by other journeys led here. */
  startChain?: number | undefined
}

/** The entry of somebody who was admitted. Its key is the same until they have entered. */
export const newEntry = (
  { sop, userId, heldOut, seen }: Admitted,
  { externalUserId, latest }: Pick<Known, 'externalUserId' | 'latest'>,
  { event, startChain = 0 }: Cause,
  nowMs: number,
): EntryToBegin => ({
  sop: sop.name,
  version: sop.version,
  externalUserId,
  userId,
  key: `${sop.firstName ?? sop.name}:${externalUserId}:${latest?.id ?? 0}`,
  event,
  facts: seen,
  heldOut,
  canary: sop.isCanary === true,
  startChain,
  nowMs,
})

/** What the customer's timeline says of it. */
export const enteredNote = ({ sop }: Pick<Admitted, 'sop'>, entry: EntryToBegin, why: string): Note => ({
  key: `sop:entered:${entry.key}`,
  externalUserId: entry.externalUserId,
  userId: entry.userId,
  kind: 'sop.entered',
  text: entry.heldOut ? `是 SOP「${sop.title}」的对照组，只观察（${why}）` : `进入 SOP「${sop.title}」（${why}）`,
  reason: {
    text: `${why}，符合 SOP「${sop.title}」的条件`,
    rule: { kind: 'sop', name: sop.name, version: sop.version },
    facts: entry.facts,
    ...(entry.event === undefined ? {} : { eventId: entry.event.id }),
  },
})
