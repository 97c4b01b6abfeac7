import type { Place } from '../../core/kernel/place.ts'
import { preferOwn } from '../prefer-own.ts'
import type { WaitingEvent } from './event-queue.ts'

/** One of `of` workers of a process, and how many events it takes at once. */
export interface Worker {
  nth: number
  of: number
  batch: number
}

/** Which of those that wait one worker wants, of them in their order: its process' own, and of these its own where there is more
 *  than one worker can take. `turn`: the how manieth look of this worker. */
export function wantedEvents(found: readonly WaitingEvent[], place: Place, worker: Worker, turn: number): number[] {
  const shardOf = ({ shard }: WaitingEvent): number => shard
  const isOurs = (shard: number): boolean => shard % place.of === place.rank
  const ours = preferOwn(found, { shardOf, isOwn: isOurs, limit: worker.batch * worker.of, turn })
  if (ours.length <= worker.batch) return ours.map(({ id }) => id)
  const isIts = (shard: number): boolean => Math.floor(shard / place.of) % worker.of === worker.nth
  return preferOwn(ours, { shardOf, isOwn: isIts, limit: worker.batch, turn: 0 }).map(({ id }) => id)
}
