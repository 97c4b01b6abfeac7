import { AsyncLocalStorage } from 'node:async_hooks'
import type { Lane } from './lane.ts'

/** What the work under way is done for. It goes along with every await, so that a call to the platform knows its lane
 *  without every function in between handing it on. */
export interface CallContext {
  lane: Lane
  /** Told of each call to the platform that the work makes, by the clock that all go by. */
  onCall?: (path: string, ms: number) => void
}

const contexts = new AsyncLocalStorage<CallContext>()

export const inCallContext = <T>(context: CallContext, work: () => Promise<T>): Promise<T> =>
  contexts.run(context, work)

export const currentCallContext = (): CallContext | undefined => contexts.getStore()

/** Where nobody said otherwise (a page that a guide has opened, a command): like an event. */
export const currentLane = (): Lane => contexts.getStore()?.lane ?? 'event'
