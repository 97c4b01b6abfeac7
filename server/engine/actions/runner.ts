import { firstDue } from '../../core/db/first-due.ts'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { ALONE, type Place } from '../../core/kernel/place.ts'
import { createWorkLoop } from '../../core/kernel/work-loop.ts'
import { type Executor, LANES, type Lane, perLane } from './action-kind.ts'
import { ACTION } from './action-tables.ts'
import { type CarryOutDeps, createCarryOut } from './carry-out-action.ts'
import { type ClaimedAction, claimActions, releaseLeases } from './claim.ts'
import { SLOTS } from './slots.ts'

export type RunnerDeps = CarryOutDeps & {
  executors: Executor[]
  /** Names this process in the rows it has claimed. */
  instance: string
  /** False while this process may take nothing up. */
  mayLease?: (() => boolean) | undefined
  /** Which of all processes this is. Default: alone. */
  place?: (() => Place) | undefined
}

/** Carries out waiting actions. An action is claimed with a lease, called outside any transaction, and its outcome
 *  recorded in one; after a crash the lease ends and the action is tried again, and told so (`mayHaveHappened`). */
export function createRunner({ executors, instance, mayLease = () => true, place = () => ALONE, ...deps }: RunnerDeps) {
  const { db, clock, log } = deps
  const carryOut = createCarryOut(executors, deps)
  const turns = perLane(() => 0)
  const inFlight = perLane(() => new Set<Promise<void>>())
  /** Something due was not claimed because a slot or a customer was taken: look again at the next landing. */
  const leftBehind = perLane(() => false)
  /** WeCom answers 45035 when one customer is written twice at once, so one call per customer and kind. */
  const busyCustomers = new Set<string>()
  const together = new Set(executors.filter((one) => one.performTogether !== undefined).map(({ kind }) => kind.kind))
  const goesTogether = (kind: string): boolean => together.has(kind)
  const customerKey = (row: ClaimedAction): string | undefined =>
    row.externalUserId === undefined ? undefined : `${row.kind}:${row.externalUserId}`

  /** Claims what the free slots allow and lets it fly; a landing nudges the loop again. */
  async function step(lane: Lane): Promise<boolean> {
    if (!mayLease()) return false
    const flying = inFlight[lane]
    const free = SLOTS[lane] - flying.size
    leftBehind[lane] = free <= 0
    if (free <= 0) return false
    const isBusy = (row: ClaimedAction): boolean => {
      const busy = busyCustomers.has(customerKey(row) ?? '')
      leftBehind[lane] ||= busy
      return busy
    }
    const wanted = {
      lane,
      limit: free,
      nowMs: clock.now(),
      instance,
      place: place(),
      turn: turns[lane]++,
      isBusy,
      goesTogether,
    }
    const { claimed, isMore, isHeldUp } = await claimActions(db, wanted)
    leftBehind[lane] ||= isHeldUp
    for (const together of groupBy(claimed, (row) => customerKey(row) ?? `${row.id}`).values()) launch(together, flying)
    return isMore
  }

  /** Of one kind, and of one customer at one guide where they are several. */
  function launch(rows: ClaimedAction[], flying: Set<Promise<void>>): void {
    const [first] = rows
    if (first === undefined) return
    const { kind, lane } = first
    const key = customerKey(first)
    if (key !== undefined) busyCustomers.add(key)
    const flight = carryOut(rows)
      .catch((error: unknown) =>
        log.warn(
          { actionIds: rows.map(({ id }) => id), kind, err: describeError(error) },
          'outcome not recorded; the lease will end',
        ),
      )
      .finally(() => {
        flying.delete(flight)
        if (key !== undefined) busyCustomers.delete(key)
        if (leftBehind[lane]) loops[lane].nudge()
      })
    flying.add(flight)
  }

  const onError = (error: unknown): void =>
    log.warn({ err: describeError(error) }, 'runner could not reach the database')
  const loops = perLane((lane) => createWorkLoop(() => step(lane), onError))

  async function drainedLane(lane: Lane): Promise<void> {
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
    /** Resolves when nothing is due and no call is under way. Default: in all lanes. */
    drained: async (lane?: Lane) => {
      await Promise.all((lane === undefined ? LANES : [lane]).map(drainedLane))
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
