import Value from 'typebox/value'
import type { Db } from '../../core/db/db.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError, mayHaveHappened } from '../../core/kernel/app-error.ts'
import { inCallContext } from '../../core/kernel/call-context.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { createWorkLoop } from '../../core/kernel/work-loop.ts'
import {
  type Action,
  type ActionState,
  type Executor,
  type Failure,
  LANES,
  type Lane,
  perLane,
  rankOf,
  wecomLaneOf,
} from './action-kind.ts'
import { actionOutcome } from './action-outcome.ts'
import { ACTION } from './action-tables.ts'
import { type ClaimedAction, claimActions, postponeKind, releaseLeases } from './claim.ts'
import { judgeFailure } from './judge-failure.ts'
import { SLOTS } from './slots.ts'
import { type Trouble, trouble, troubleOf } from './trouble.ts'

/** A shorter wait is over before the others have been moved. */
const STAND_BACK_FROM_MS = 5_000
/** A kind may call several endpoints, and only one of them is full. */
const STAND_BACK_MOST_MS = 61_000

export interface RunnerDeps {
  db: Db
  clock: Clock
  log: Logger
  executors: Executor[]
  /** Names this process in the rows it has claimed. */
  instance: string
  onEnded?: (kind: string, state: ActionState, waitedMs: number) => void
  /** What actions that were carried out took, and which calls they made. */
  onPace?: (kind: string, busyMs: number, calls: { path: string; ms: number }[]) => void
}

/** Carries out waiting actions. An action is claimed with a lease, called outside any transaction, and its outcome
 *  recorded in one; after a crash the lease ends and the action is tried again, and told so (`mayHaveHappened`). */
export function createRunner({ db, clock, log, executors, instance, onEnded, onPace }: RunnerDeps) {
  const byKind = new Map(executors.map((executor) => [executor.kind.kind, executor]))
  const inFlight = perLane(() => new Set<Promise<void>>())
  /** Something due was not claimed because a slot or a customer was taken: look again at the next landing. */
  const leftBehind = perLane(() => false)
  /** WeCom answers 45035 when one customer is written twice at once, so one call per customer and kind. */
  const busyCustomers = new Set<string>()
  const customerKey = (row: ClaimedAction): string | undefined =>
    row.externalUserId === undefined ? undefined : `${row.kind}:${row.externalUserId}`

  /** Claims what the free slots allow and lets it fly; a landing nudges the loop again. */
  async function step(lane: Lane): Promise<boolean> {
    const flying = inFlight[lane]
    const free = SLOTS[lane] - flying.size
    leftBehind[lane] = free <= 0
    if (free <= 0) return false
    const isBusy = (row: ClaimedAction): boolean => {
      const busy = busyCustomers.has(customerKey(row) ?? '')
      leftBehind[lane] ||= busy
      return busy
    }
    const claimed = await claimActions(db, { lane, limit: free, nowMs: clock.now(), instance, isBusy })
    for (const row of claimed) launch(row, flying)
    return claimed.length > 0
  }

  function launch(row: ClaimedAction, flying: Set<Promise<void>>): void {
    const key = customerKey(row)
    if (key !== undefined) busyCustomers.add(key)
    const flight = carryOut(row)
      .catch((error: unknown) =>
        log.warn(
          { actionId: row.id, kind: row.kind, err: describeError(error) },
          'outcome not recorded; the lease will end',
        ),
      )
      .finally(() => {
        flying.delete(flight)
        if (key !== undefined) busyCustomers.delete(key)
        if (leftBehind[row.lane]) loops[row.lane].nudge()
      })
    flying.add(flight)
  }

  async function carryOut(row: ClaimedAction): Promise<void> {
    const executor = byKind.get(row.kind)
    if (executor === undefined) {
      const why = trouble('action.no-executor', `no executor for ${row.kind}`)
      return postpone(row, { afterMs: 60_000, countsAsAttempt: true }, why)
    }
    const now = clock.now()
    let action: Action
    try {
      action = { ...row, payload: Value.Parse(executor.kind.schema, row.payload) }
    } catch (error) {
      return end(row, executor, row, { state: 'dead', ...trouble('action.bad-payload', describeError(error)) })
    }
    if (row.expiresAtMs !== undefined && row.expiresAtMs <= now) {
      const why = row.lastTrouble ?? trouble('action.too-late', 'came too late')
      return end(row, executor, action, { state: 'expired', ...why })
    }
    try {
      const calls: { path: string; ms: number }[] = []
      const context = {
        lane: wecomLaneOf(row.lane),
        onCall: (path: string, ms: number) => void calls.push({ path, ms }),
      }
      const result = await inCallContext(context, () => executor.perform(action))
      await complete(row, executor, action, result)
      onPace?.(row.kind, clock.now() - now, calls)
    } catch (error) {
      const held = { ...row, mayHaveHappened: row.mayHaveHappened || mayHaveHappened(error) }
      const verdict = judgeFailure(error, {
        attempts: row.attempts,
        lane: row.lane,
        nowMs: clock.now(),
        expiresAtMs: row.expiresAtMs,
      })
      if (verdict.kind === 'again') {
        if (!verdict.countsAsAttempt && row.lane !== 'welcome') await standBack(row, verdict.afterMs)
        return postpone(held, verdict, troubleOf(error))
      }
      log.warn(
        { actionId: row.id, kind: row.kind, state: verdict.state, err: describeError(error) },
        'action ended without success',
      )
      await end(held, executor, action, { state: verdict.state, ...troubleOf(error) })
    }
  }

  async function complete(row: ClaimedAction, executor: Executor, action: Action, result: unknown): Promise<void> {
    // What a capability records it keeps in its own way: phones hashed, for one. The row shall not hold it once more.
    const kept = executor.record === undefined ? JSON.stringify(result ?? null) : null
    await db.tx(async (tx) => {
      if (!(await actionOutcome.done(tx, row, kept, clock.now()))) return
      await executor.record?.(tx, action, result)
      tx.afterCommit(() => onEnded?.(row.kind, 'done', clock.now() - row.createdAtMs))
    }, rankOf(row.lane))
  }

  async function end(
    row: ClaimedAction,
    executor: Executor,
    action: Action,
    why: Trouble & Pick<Failure, 'state'>,
  ): Promise<void> {
    await db.tx(async (tx) => {
      if (!(await actionOutcome.failed(tx, row, why, clock.now()))) return
      await executor.abandoned?.(tx, action, { ...why, mayHaveHappened: row.mayHaveHappened })
      tx.afterCommit(() => onEnded?.(row.kind, why.state, clock.now() - row.createdAtMs))
    }, rankOf(row.lane))
  }

  async function postpone(
    row: ClaimedAction,
    { afterMs, countsAsAttempt }: { afterMs: number; countsAsAttempt: boolean },
    why: Trouble,
  ): Promise<void> {
    const attempts = countsAsAttempt ? row.attempts : row.attempts - 1
    const next = { dueAtMs: clock.now() + afterMs, attempts }
    await db.tx((tx) => actionOutcome.again(tx, row, why, next), rankOf(row.lane))
  }

  /** Those behind it would be kept back by the same limit: they need not be claimed one by one to find out. */
  async function standBack({ kind, lane }: ClaimedAction, afterMs: number): Promise<void> {
    if (afterMs < STAND_BACK_FROM_MS) return
    const moved = await postponeKind(db, {
      kind,
      lane,
      nowMs: clock.now(),
      afterMs: Math.min(afterMs, STAND_BACK_MOST_MS),
    })
    log.debug({ kind, lane, moved, afterMs }, 'actions wait for a limit of WeCom')
  }

  const onError = (error: unknown): void =>
    log.warn({ err: describeError(error) }, 'runner could not reach the database')
  const loops = perLane((lane) => createWorkLoop(() => step(lane), onError))

  async function drained(lane: Lane): Promise<void> {
    do {
      await loops[lane].drained()
      await Promise.all(inFlight[lane])
    } while (inFlight[lane].size > 0 || loops[lane].busy())
  }

  return {
    /** Default: all lanes. */
    nudge: (lane?: Lane) => {
      for (const one of lane === undefined ? LANES : [lane]) loops[one].nudge()
    },
    busy: () => LANES.some((lane) => loops[lane].busy() || inFlight[lane].size > 0),
    /** When the first action that waits is due. */
    dueAt: (tx: Tx) => firstDue(tx, ACTION.due_at, sql`${ACTION.state} = 'waiting'`),
    /** Resolves when nothing is due and no call is under way. */
    drained: async () => {
      await Promise.all(LANES.map(drained))
    },
    /** Actions whose process died go back to waiting, marked as perhaps carried out. Safe to repeat. */
    releaseLeases: (options: { all: boolean }) => releaseLeases(db, clock.now(), options),
    /** Claims nothing more and waits for the calls under way. */
    stop: async () => {
      await Promise.all(LANES.map((lane) => loops[lane].stop()))
      await Promise.all(LANES.flatMap((lane) => [...inFlight[lane]]))
    },
  }
}
