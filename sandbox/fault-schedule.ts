import type { DeliveryMode } from './delivery-fate.ts'
import type { FaultRule } from './fault-rule.ts'
import { chanceOf } from './random.ts'

/** Every way in which a call to the platform can go wrong, and how. `hang`: longer than any patience, and nothing was done;
 *  `lostAnswer`: it was done, and the caller does not learn of it; `nullField` to
 *  `endlessPages`: the answer is not as documented. */
export const CALL_FAULTS = {
  busy: { errcode: -1 },
  limited: { errcode: 45009 },
  concurrent: { errcode: 45033 },
  broken: { http: 502 },
  html: { html: true },
  cut: { cut: 'before' },
  lostAnswer: { cut: 'after' },
  hang: { hangMs: 30_000, cut: 'before' },
  slow: { hangMs: 1_500 },
  tokenVoid: { invalidToken: true },
  shortPage: { shortPage: true },
  nullField: { odd: { at: 'any', is: 'null' } },
  absentField: { odd: { at: 'any', is: 'absent' } },
  otherKind: { odd: { at: 'any', is: 'otherKind' } },
  emptyField: { odd: { at: 'any', is: 'empty' } },
  noErrcode: { noErrcode: true },
  endlessPages: { cursor: 'turning' },
} as const satisfies Record<string, FaultRule>

export type CallFault = keyof typeof CALL_FAULTS

/** A long bad day that repeats itself: the same seed and the same calls and events, the same faults. */
export interface FaultSchedule {
  seed: number
  /** Share of the calls, 0–1, that each kind strikes; default 1 % each, rare ones less. */
  calls?: Partial<Record<CallFault, number>>
  /** Only calls to this path (whole or its end); default all. */
  path?: string
  /** What befalls callbacks; default 5 % dropped, 10 % twice, 20 % in another order, 2 % late by up to a minute. */
  callbacks?: Omit<DeliveryMode, 'seed'>
}

export const ROUGH_CALLS: Record<CallFault, number> = {
  busy: 0.01,
  limited: 0.002,
  concurrent: 0.01,
  broken: 0.01,
  html: 0.01,
  cut: 0.01,
  lostAnswer: 0.01,
  hang: 0.01,
  slow: 0.01,
  tokenVoid: 0.002,
  shortPage: 0.01,
  nullField: 0.005,
  absentField: 0.003,
  otherKind: 0.003,
  emptyField: 0.003,
  noErrcode: 0.005,
  endlessPages: 0.005,
}
/** A platform whose answers are odd a quarter of the time, besides the rest. */
export const ODD_CALLS: Record<CallFault, number> = {
  ...ROUGH_CALLS,
  nullField: 0.05,
  absentField: 0.05,
  otherKind: 0.03,
  emptyField: 0.03,
  noErrcode: 0.04,
  endlessPages: 0.05,
}
export const ROUGH_CALLBACKS: Omit<DeliveryMode, 'seed'> = {
  drop: 0.05,
  duplicate: 0.1,
  shuffle: 0.2,
  delay: 0.02,
  delayMs: 60_000,
}

/** Which fault strikes the next call of a path. Counted per path, so that calls side by side do not disturb each other. */
export function drawFaults({ seed, calls = ROUGH_CALLS }: FaultSchedule): (path: string) => FaultRule | undefined {
  const counts = new Map<string, number>()
  const kinds = Object.keys(CALL_FAULTS) as CallFault[] // the keys of that very object
  return (path) => {
    const nth = (counts.get(path) ?? 0) + 1
    counts.set(path, nth)
    let chance = chanceOf(seed, path, nth)
    for (const kind of kinds) {
      chance -= calls[kind] ?? 0
      if (chance < 0) return CALL_FAULTS[kind]
    }
    return undefined
  }
}
