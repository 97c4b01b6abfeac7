import type { Static, TSchema } from 'typebox'
import type { Rank } from '../../core/db/turns.ts'
import type { Tx } from '../../core/db/tx.ts'
import { perLane as perWecomLane, LANES as WECOM_LANES, type Lane as WecomLane } from '../../core/kernel/lane.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Trouble } from './trouble.ts'

/** The lanes of calls to WeCom, and one for calls to others: none of them waits for another. */
export const LANES = [...WECOM_LANES, 'outside'] as const
export type Lane = (typeof LANES)[number]

export const perLane = <T>(make: (lane: Lane) => T): Record<Lane, T> => ({
  ...perWecomLane(make),
  outside: make('outside'),
})

/** As what a call to WeCom counts that such an action makes all the same. */
export const wecomLaneOf = (lane: Lane): WecomLane => (lane === 'outside' ? 'backfill' : lane)

/** What is done in the database for an action of `lane`, among others who want the database. */
export const rankOf = (lane: Lane): Exclude<Rank, 'accept'> => (lane === 'welcome' ? 'welcome' : 'other')

export interface ActionKind<Schema extends TSchema = TSchema> {
  kind: string
  schema: Schema
  lane: Lane
}

export function defineAction<Schema extends TSchema>(kind: string, lane: Lane, schema: Schema): ActionKind<Schema> {
  return { kind, lane, schema }
}

export interface Action<Payload = unknown> {
  id: number
  /** Once per reason: a second enqueue with the same key changes nothing. At most 190 characters. */
  dedupeKey: string
  kind: string
  lane: Lane
  payload: Payload
  reason: Reason
  externalUserId: string | undefined
  userId: string | undefined
  attempts: number
  /** An earlier try ended without anybody knowing whether the platform carried it out: its process died, or the answer
   *  never came. Stays so for as long as the action is tried. */
  mayHaveHappened: boolean
  createdAtMs: number
  expiresAtMs: number | undefined
}

export type ActionState = 'waiting' | 'running' | 'done' | 'failed' | 'expired' | 'dead'

/** Why an action ended without success. `dead`: tried as often as allowed; `failed`: the platform's final no; `expired`:
 *  worth nothing any more, and then the trouble is that of the last try, if there was one. */
export interface Failure extends Trouble {
  state: 'failed' | 'expired' | 'dead'
  /** As in Action, the last try included. */
  mayHaveHappened: boolean
}

/** These actions cannot go in one call: each is performed alone. */
export class NotTogether extends Error {}

/** How one kind of action is carried out. */
export interface Executor {
  kind: ActionKind
  /** The network call; never inside a transaction. Throws AppError: its `retry` decides what happens next. Where a second
   *  call would do harm, it looks first whether the one before was carried out: `mayHaveHappened`. */
  perform(action: Action): Promise<unknown>
  /** Several of one customer at one guide in one call that may be made twice; gives what each came to, in their order. They
   *  are recorded side by side: what one writes another must not read. When the platform refuses it or it throws
   *  `NotTogether`, each is performed alone. */
  performTogether?(actions: Action[]): Promise<unknown[]>
  /** Runs in the transaction that marks the action done. */
  record?(tx: Tx, action: Action, result: unknown): Promise<void>
  /** Runs in the transaction that marks the action failed, expired or dead. */
  abandoned?(tx: Tx, action: Action, failure: Failure): Promise<void>
  /** What `record` writes about one customer it neither reads nor writes about another: several are recorded at once, their
   *  statements joined. */
  sideBySide?: true
}

/** Typed front of an Executor; the runner checks payloads against the schema, which makes the casts true. */
export function execute<Schema extends TSchema, Result>(
  kind: ActionKind<Schema>,
  steps: {
    perform(action: Action<Static<Schema>>): Promise<Result>
    performTogether?(actions: Action<Static<Schema>>[]): Promise<Result[]>
    record?(tx: Tx, action: Action<Static<Schema>>, result: Result): Promise<void>
    abandoned?(tx: Tx, action: Action<Static<Schema>>, failure: Failure): Promise<void>
    sideBySide?: true
  },
): Executor {
  return { kind, ...steps } as Executor
}
