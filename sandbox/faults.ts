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
  /** Forget the token in use: 40014. */
  invalidToken?: boolean
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
  return {
    set: (rule: FaultRule): void => {
      rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY })
    },
    clear: (): void => {
      rules = []
    },
    /** The rule that strikes this call, if any; uses it up by one. */
    strike: (path: string): FaultRule | undefined => {
      for (const entry of rules) {
        if (entry.left <= 0 || !pathMatches(path, entry.rule.path)) continue
        if (entry.rule.share !== undefined && random.next() >= entry.rule.share) continue
        entry.left -= 1
        return entry.rule
      }
      return undefined
    },
  }
}
