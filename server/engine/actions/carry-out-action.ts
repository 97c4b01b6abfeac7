import type { Db } from '../../core/db/db.ts'
import { createSharedTx } from '../../core/db/shared-tx.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError, mayHaveHappened } from '../../core/kernel/app-error.ts'
import { inCallContext } from '../../core/kernel/call-context.ts'
import { checkedBy } from '../../core/kernel/checked-by.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { type Action, type ActionState, type Executor, type Failure, rankOf, wecomLaneOf } from './action-kind.ts'
import { actionOutcome } from './action-outcome.ts'
import { type ClaimedAction, postponeKind } from './claim.ts'
import { judgeFailure } from './judge-failure.ts'
import { type Trouble, trouble, troubleOf } from './trouble.ts'

export interface CarryOutDeps {
  db: Db
  clock: Clock
  log: Logger
  onEnded?: (kind: string, state: ActionState, waitedMs: number) => void
  /** What actions that were carried out took, and which calls they made. */
  onPace?: (kind: string, busyMs: number, calls: { path: string; ms: number }[]) => void
}

/** A shorter wait is over before the others have been moved. */
const STAND_BACK_FROM_MS = 5_000
/** A kind may call several endpoints, and only one of them is full. */
const STAND_BACK_MOST_MS = 61_000

const withoutEnd = ({ abandoned: _unheard, ...rest }: Executor): Executor => rest

/** Carries out one claimed action and records what came of it: done, over, or tried again later. */
export function createCarryOut(executors: readonly Executor[], { db, clock, log, onEnded, onPace }: CarryOutDeps) {
  const byKind = new Map(executors.map((executor) => [executor.kind.kind, executor]))
  const together = { welcome: createSharedTx(db, 'welcome'), other: createSharedTx(db) }

  async function complete(row: ClaimedAction, executor: Executor, action: Action, result: unknown): Promise<void> {
    // What a capability records it keeps in its own way: phones hashed, for one. The row shall not hold it once more.
    const kept = executor.record === undefined ? JSON.stringify(result ?? null) : null
    const record = async (tx: Tx): Promise<void> => {
      if (!(await actionOutcome.done(tx, row, kept, clock.now()))) return
      await executor.record?.(tx, action, result)
      tx.afterCommit(() => onEnded?.(row.kind, 'done', clock.now() - row.createdAtMs))
    }
    const isApart = executor.sideBySide === true && row.externalUserId !== undefined
    if (isApart) await together[rankOf(row.lane)](row.externalUserId ?? '', record)
    else await db.tx(record, rankOf(row.lane))
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

  async function attempt(row: ClaimedAction, executor: Executor, action: Action): Promise<void> {
    const startedAtMs = clock.now()
    try {
      const calls: { path: string; ms: number }[] = []
      const context = {
        lane: wecomLaneOf(row.lane),
        onCall: (path: string, ms: number) => void calls.push({ path, ms }),
      }
      const result = await inCallContext(context, () => executor.perform(action))
      await complete(row, executor, action, result)
      onPace?.(row.kind, clock.now() - startedAtMs, calls)
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

  return async function carryOut(row: ClaimedAction): Promise<void> {
    const executor = byKind.get(row.kind)
    if (executor === undefined) {
      const why = trouble('action.no-executor', `no executor for ${row.kind}`)
      return postpone(row, { afterMs: 60_000, countsAsAttempt: true }, why)
    }
    let action: Action
    try {
      action = { ...row, payload: checkedBy(executor.kind.schema, row.payload) }
    } catch (error) {
      const why = { state: 'dead' as const, ...trouble('action.bad-payload', describeError(error)) }
      // Its capability may make no more of it than we do; the action is over all the same.
      return end(row, executor, row, why).catch((deaf: unknown) => {
        log.error(
          { actionId: row.id, kind: row.kind, err: describeError(deaf) },
          'nothing follows from an ended action',
        )
        return end(row, withoutEnd(executor), row, why)
      })
    }
    if (row.expiresAtMs !== undefined && row.expiresAtMs <= clock.now()) {
      const why = row.lastTrouble ?? trouble('action.too-late', 'came too late')
      return end(row, executor, action, { state: 'expired', ...why })
    }
    await attempt(row, executor, action)
  }
}
