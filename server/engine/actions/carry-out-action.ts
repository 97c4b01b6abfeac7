import { describeError, mayHaveHappened } from '../../core/kernel/app-error.ts'
import { inCallContext } from '../../core/kernel/call-context.ts'
import { checkedBy } from '../../core/kernel/checked-by.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { type Action, type Executor, NotTogether, wecomLaneOf } from './action-kind.ts'
import { type ClaimedAction, postponeKind } from './claim.ts'
import { judgeFailure, keepsBackAll } from './judge-failure.ts'
import { createRecordOutcome, type Performed, type Ready, type RecordOutcomeDeps } from './record-outcome.ts'
import { trouble, troubleOf } from './trouble.ts'

export interface CarryOutDeps extends RecordOutcomeDeps {
  log: Logger
  /** What actions that were carried out took, and which calls they made. */
  onPace?: (kind: string, busyMs: number, calls: { path: string; ms: number }[]) => void
}

/** A shorter wait is over before the others have been moved. */
const STAND_BACK_FROM_MS = 5_000
/** A kind may call several endpoints, and only one of them is full. */
const STAND_BACK_MOST_MS = 61_000

const withoutEnd = ({ abandoned: _unheard, ...rest }: Executor): Executor => rest

/** Carries out one claimed action and records what came of it: done, over, or tried again later. */
export function createCarryOut(executors: readonly Executor[], deps: CarryOutDeps) {
  const { db, clock, log, onPace } = deps
  const byKind = new Map(executors.map((executor) => [executor.kind.kind, executor]))
  const { complete, end, postpone } = createRecordOutcome(deps)

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

  /** Performs, and tells what the calls of it took. */
  async function timed<Result>(
    { lane, kind }: ClaimedAction,
    perform: () => Promise<Result>,
    keep: (result: Result) => Promise<void>,
  ): Promise<void> {
    const startedAtMs = clock.now()
    const calls: { path: string; ms: number }[] = []
    const context = { lane: wecomLaneOf(lane), onCall: (path: string, ms: number) => void calls.push({ path, ms }) }
    await keep(await inCallContext(context, perform))
    onPace?.(kind, clock.now() - startedAtMs, calls)
  }

  const judged = ({ row }: Ready, error: unknown) => {
    const { attempts, lane, expiresAtMs } = row
    return judgeFailure(error, { attempts, lane, nowMs: clock.now(), expiresAtMs })
  }

  /** Again later, or over. */
  async function failed(one: Ready, executor: Executor, error: unknown): Promise<void> {
    const { row, action } = one
    const held = { ...row, mayHaveHappened: row.mayHaveHappened || mayHaveHappened(error) }
    const verdict = judged(one, error)
    if (verdict.kind === 'again') {
      if (!verdict.countsAsAttempt && row.lane !== 'welcome' && keepsBackAll(error))
        await standBack(row, verdict.afterMs)
      return postpone(held, verdict, troubleOf(error))
    }
    log.warn(
      { actionId: row.id, kind: row.kind, state: verdict.state, err: describeError(error) },
      'action ended without success',
    )
    await end(held, executor, action, { state: verdict.state, ...troubleOf(error) })
  }

  /** In one call. Gives those that are still to be performed, each alone. */
  async function attemptTogether(executor: Executor, ready: Ready[]): Promise<Ready[]> {
    const [first] = ready
    const { performTogether } = executor
    if (first === undefined || ready.length === 1 || performTogether === undefined) return ready
    let results: unknown[] | undefined
    const withResults = (given: unknown[]) => ready.map((one, nth): Performed => ({ ...one, result: given[nth] }))
    try {
      await timed(
        first.row,
        () => performTogether(ready.map(({ action }) => action)),
        (given) => {
          results = given
          return complete(executor, withResults(given))
        },
      )
    } catch (error) {
      // What was done and could not be written down is written down one by one.
      if (results !== undefined) await each(withResults(results), (one) => completeAlone(one, executor))
      // The platform's no may be to one of them; what keeps it from answering would keep it again.
      else if (error instanceof NotTogether || judged(first, error).kind !== 'again') return ready
      else await each(ready, (one) => failed(one, executor, error))
    }
    return []
  }

  const completeAlone = (one: Performed, executor: Executor): Promise<void> =>
    complete(executor, [one]).catch((error: unknown) => failed(one, executor, error))

  async function attempt({ row, action }: Ready, executor: Executor): Promise<void> {
    try {
      await timed(
        row,
        () => executor.perform(action),
        (result) => complete(executor, [{ row, action, result }]),
      )
    } catch (error) {
      await failed({ row, action }, executor, error)
    }
  }

  /** Undefined: nothing is to be performed. */
  async function prepare(row: ClaimedAction, executor: Executor): Promise<Ready | undefined> {
    let action: Action
    try {
      action = { ...row, payload: checkedBy(executor.kind.schema, row.payload) }
    } catch (error) {
      const why = { state: 'dead' as const, ...trouble('action.bad-payload', describeError(error)) }
      // Its capability may make no more of it than we do; the action is over all the same.
      await end(row, executor, row, why).catch((deaf: unknown) => {
        log.error(
          { actionId: row.id, kind: row.kind, err: describeError(deaf) },
          'nothing follows from an ended action',
        )
        return end(row, withoutEnd(executor), row, why)
      })
      return undefined
    }
    if (row.expiresAtMs !== undefined && row.expiresAtMs <= clock.now()) {
      const why = row.lastTrouble ?? trouble('action.too-late', 'came too late')
      await end(row, executor, action, { state: 'expired', ...why })
      return undefined
    }
    return { row, action }
  }

  /** All of one kind; several are of one customer at one guide. Throws what kept an outcome from being recorded, when all
   *  have been seen to. */
  return async function carryOut(rows: readonly ClaimedAction[]): Promise<void> {
    const executor = byKind.get(rows[0]?.kind ?? '')
    if (executor === undefined) {
      return each(rows, (row) => {
        const why = trouble('action.no-executor', `no executor for ${row.kind}`)
        return postpone(row, { afterMs: 60_000, countsAsAttempt: true }, why)
      })
    }
    const ready: Ready[] = []
    const unprepared = await each(rows, async (row) => {
      const one = await prepare(row, executor)
      if (one !== undefined) ready.push(one)
    }).then(undefined, (error: unknown) => ({ error }))
    await each(await attemptTogether(executor, ready), (one) => attempt(one, executor))
    if (unprepared !== undefined) throw unprepared.error
  }
}

/** One after the other; throws the first fault when all have been seen to. */
async function each<One>(ones: readonly One[], work: (one: One) => Promise<void>): Promise<void> {
  const faults: unknown[] = []
  for (const one of ones) await work(one).catch((error: unknown) => void faults.push(error))
  if (faults.length > 0) throw faults[0]
}
