import type { Lane } from './action-kind.ts'
import type { Pace } from './pace-book.ts'
import { SLOTS } from './slots.ts'

export interface Waiting {
  kind: string
  lane: Lane
  count: number
  /** The last of them is not to begin before. */
  lastDueMs: number
}

/** What one endpoint lets through for a lane. */
export interface EndpointPace {
  path: string
  /** Calls that the lane may make in each window, and those it has made. */
  windows: { lengthMs: number; limit: number; used: number }[]
  /** Nothing may go before. */
  closedUntilMs: number
}

/** What keeps it from being done sooner: our own speed, WeCom's limits, a block after a refusal, or its due time. */
type BoundBy = 'speed' | 'limit' | 'block' | 'due'

export interface Estimate {
  kind: string
  lane: Lane
  waiting: number
  doneAtMs: number
  doneInMs: number
  boundBy: BoundBy
  /** The endpoint that bounds it. */
  path: string | undefined
  /** False: nothing of this kind has been seen yet, so its time is assumed. */
  isKnown: boolean
}

/** For a kind that nobody has seen yet: one call at a usual distance. */
const ASSUMED_BUSY_MS = 500

/** When what waits will be done, at the rate that limits and observed times allow. A lane's kinds are carried out side by
 *  side, so each is done when the lane is; other lanes go on beside it. */
export function estimate(input: {
  waiting: readonly Waiting[]
  paces: readonly Pace[]
  endpointOf: (path: string, lane: Lane) => EndpointPace
  /** Processes that carry out actions. */
  processes: number
  nowMs: number
}): Estimate[] {
  const { waiting, paces, endpointOf, processes, nowMs } = input
  const paceOf = (kind: string): Pace | undefined => paces.find((pace) => pace.kind === kind)
  const workMs = (one: Waiting): number =>
    (one.count * (paceOf(one.kind)?.busyMs ?? ASSUMED_BUSY_MS)) / (SLOTS[one.lane] * processes)
  const laneMs = (lane: Lane): number =>
    waiting.filter((one) => one.lane === lane).reduce((sum, one) => sum + workMs(one), 0)
  const callsTo = (path: string, lane: Lane): number =>
    waiting
      .filter((one) => one.lane === lane)
      .reduce((sum, one) => sum + one.count * callsPerAction(paceOf(one.kind), path), 0)

  return waiting.map((one) => {
    const pace = paceOf(one.kind)
    const speedMs = laneMs(one.lane)
    let bound: { atMs: number; boundBy: BoundBy; path: string | undefined } = {
      atMs: nowMs + speedMs,
      boundBy: 'speed',
      path: undefined,
    }
    const later = (atMs: number, boundBy: BoundBy, path: string | undefined): void => {
      if (atMs > bound.atMs) bound = { atMs, boundBy, path }
    }
    for (const { path } of pace?.calls ?? []) {
      const endpoint = endpointOf(path, one.lane)
      const calls = callsTo(path, one.lane)
      const beginMs = Math.max(nowMs, endpoint.closedUntilMs)
      if (endpoint.closedUntilMs > nowMs) later(beginMs + speedMs, 'block', path)
      for (const window of endpoint.windows) {
        later(beginMs + windowMs(calls, speedMs, window), 'limit', path)
      }
    }
    later(one.lastDueMs, 'due', undefined)
    const { atMs: doneAtMs, boundBy, path } = bound
    return {
      kind: one.kind,
      lane: one.lane,
      waiting: one.count,
      doneAtMs,
      doneInMs: doneAtMs - nowMs,
      boundBy,
      path,
      isKnown: pace !== undefined,
    }
  })
}

const callsPerAction = (pace: Pace | undefined, path: string): number =>
  pace?.calls.find((call) => call.path === path)?.perAction ?? 0

/** How long so many calls take when each window takes its limit at full speed and then waits for the next; less than `speedMs`,
 *  which they would take without a limit, when that is what bounds them. A window is counted in sixtieths, and one more of them. */
function windowMs(calls: number, speedMs: number, { lengthMs, limit, used }: EndpointPace['windows'][number]): number {
  if (calls <= 0) return 0
  const msPerCall = speedMs / calls
  const turnMs = lengthMs + lengthMs / 60
  const fullTurns = Math.floor((calls + Math.min(used, limit) - 1) / limit)
  const inLast = calls + Math.min(used, limit) - fullTurns * limit
  // What is used already went by in the turn that runs, so the next begins sooner.
  const begunMs = Math.min(turnMs, used * msPerCall)
  return fullTurns === 0 ? calls * msPerCall : fullTurns * turnMs - begunMs + inLast * msPerCall
}
