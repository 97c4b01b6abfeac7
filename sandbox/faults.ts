import type { FaultRule } from './fault-rule.ts'
import { drawFaults, type FaultSchedule } from './fault-schedule.ts'
import type { SeededRandom } from './random.ts'

export const pathMatches = (path: string, wanted: string | undefined): boolean =>
  wanted === undefined || path === wanted || path.endsWith(`/${wanted.replace(/^\//, '')}`)

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
