import { drawFaults, type FaultSchedule } from './fault-schedule.ts'
import type { SeededRandom } from './random.ts'

/** What goes wrong with calls to `path` (all calls without one). */
export interface FaultRule {
  /** Whole path or its end: `externalcontact/mark_tag`. */
  path?: string
  /** Answer HTTP 200 with this errcode. */
  errcode?: number
  /** With these words in its errmsg; 60020, for one, names the caller's IP there. */
  errmsg?: string
  /** Answer with this HTTP status. */
  http?: number
  /** Answer an HTML page, as a proxy in between would. */
  html?: boolean
  /** Keep the caller waiting this long first (real time). */
  hangMs?: number
  /** Cut the connection without an answer: `before` the call is carried out, or `after` it was. */
  cut?: 'before' | 'after'
  /** Forget the token in use: 40014. */
  invalidToken?: boolean
  /** A page shorter than asked for, perhaps empty, with a `next_cursor`. */
  shortPage?: boolean
  /** How often; default without end. */
  times?: number
  /** Share of the calls, 0–1; default all. */
  share?: number
}

export const pathMatches = (path: string, wanted: string | undefined): boolean =>
  wanted === undefined || path === wanted || path.endsWith(`/${wanted.replace(/^\//, '')}`)

export type Faults = ReturnType<typeof createFaults>

export function createFaults(random: SeededRandom) {
  let rules: { rule: FaultRule; left: number }[] = []
  let scheduled: { schedule: FaultSchedule; draw: ReturnType<typeof drawFaults> } | undefined

  const ruled = (path: string): FaultRule | undefined => {
    for (const entry of rules) {
      if (entry.left <= 0 || !pathMatches(path, entry.rule.path)) continue
      if (entry.rule.share !== undefined && random.next() >= entry.rule.share) continue
      entry.left -= 1
      return entry.rule
    }
    return undefined
  }
  return {
    set: (rule: FaultRule): void => {
      rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY })
    },
    schedule: (schedule: FaultSchedule): void => {
      scheduled = { schedule, draw: drawFaults(schedule) }
    },
    clear: (): void => {
      rules = []
      scheduled = undefined
    },
    active: (): { rules: (FaultRule & { left: number | null })[]; schedule: FaultSchedule | null } => ({
      rules: rules
        .filter(({ left }) => left > 0)
        .map(({ rule, left }) => ({ ...rule, left: Number.isFinite(left) ? left : null })),
      schedule: scheduled?.schedule ?? null,
    }),
    /** The fault that strikes this call, if any; a rule is used up by one. */
    strike: (path: string): FaultRule | undefined => {
      const drawn = scheduled && pathMatches(path, scheduled.schedule.path) ? scheduled.draw(path) : undefined
      return ruled(path) ?? drawn
    },
  }
}
