import { AsyncLocalStorage } from 'node:async_hooks'
import type { Lane } from './lane.ts'

/** What the work under way is done for. It goes along with every await, so that a call to the platform knows its lane
 *  without every function in between handing it on. */
export interface Errand {
  lane: Lane
  /** Told of each call to the platform that the work makes, by the clock that all go by. */
  onCall?: (path: string, ms: number) => void
}

const errands = new AsyncLocalStorage<Errand>()

export const onErrand = <T>(errand: Errand, work: () => Promise<T>): Promise<T> => errands.run(errand, work)

export const currentErrand = (): Errand | undefined => errands.getStore()

/** Where nobody said otherwise (a page that a guide has opened, a command): like an event. */
export const currentLane = (): Lane => errands.getStore()?.lane ?? 'event'
