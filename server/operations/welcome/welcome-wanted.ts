import type { FriendshipKey } from './welcome-store.ts'

/** A welcome that somebody asks for, with the code that lets it through. */
export interface WelcomeWanted extends FriendshipKey {
  channel: string | null
  welcomeCode: string | null
  /** The code lives 20 s from here, UTC milliseconds. */
  codeAtMs: number
  /** When we learnt of it, UTC milliseconds; what "took 0.4 s" counts from. */
  receivedAtMs: number
  eventId: number
  /** No event told of the friendship: a reconciliation found it. */
  isFound?: boolean
  /** Name of the welcome that a journey asks for; otherwise the channel decides. */
  welcome?: string
}
