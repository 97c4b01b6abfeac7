import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Ladder, Level } from '../../rules/book/rule-book.ts'
import type { Facts } from '../../rules/condition/fact.ts'
import { holds } from '../../rules/condition/holds.ts'
import { DEFAULT_COOL_DOWN_DAYS } from '../../rules/schema/ladder-rule.ts'
import { asOfDay, boughtAfter } from './as-of-day.ts'

export interface Standing {
  /** Name of the level; perhaps one that the rules no longer have. */
  level: string
  /** The cool-off counts from here, UTC milliseconds. */
  heldFromMs: number | undefined
  /** The end of the level's entitlement, UTC milliseconds. */
  entitledUntilMs: number | undefined
}

/** `ended`: an entitlement ran out. */
export type MoveCause = 'rise' | 'fall' | 'ended'

export type Verdict =
  | { kind: 'stay' }
  /** Stays, and the entitlement goes on until then. */
  | { kind: 'renew'; untilMs: number }
  | { kind: 'move'; to: Level; cause: MoveCause }
  /** Would move, but not before then. */
  | { kind: 'held'; to: Level; cause: MoveCause; freeAtMs: number }

const STAY: Verdict = { kind: 'stay' }

export const levelOf = (ladder: Ladder, name: string): Level | undefined =>
  ladder.levels.find((level) => level.name === name)

/** The level that everybody is at least on. */
export function lastLevel(ladder: Ladder): Level {
  const level = ladder.levels.at(-1)
  if (level === undefined) throw new Error(`the ladder ${ladder.name} has no level`)
  return level
}

export const isBetter = (ladder: Ladder, one: string, other: string): boolean =>
  ladder.levels.findIndex((level) => level.name === one) < ladder.levels.findIndex((level) => level.name === other)

const reaches = ({ when }: Level, facts: Facts): boolean => when !== undefined && holds(when, facts)
/** May stay without reaching it again. */
const remains = ({ keep, value }: Level, facts: Facts): boolean =>
  keep === undefined ? value.lastsDays !== undefined : holds(keep, facts)

/** What the rules say of one customer. Who reaches a better level rises to the best of these; who neither reaches nor keeps
 *  the present one falls to the best below that they reach or keep. So a second look at the same facts never moves again.
 *  Within the cool-off nothing moves, except rises of a ladder that promotes at once. */
export function judge(ladder: Ladder, standing: Standing, facts: Facts, nowMs: number): Verdict {
  const last = ladder.levels.length - 1
  const found = ladder.levels.findIndex((level) => level.name === standing.level)
  const at = found === -1 ? last : found
  const present = ladder.levels[at]
  const better = ladder.levels.find((level, index) => index < at && reaches(level, facts))
  // Of a level that is no longer in the rules there is nothing to cool off from.
  if (found === -1 || present === undefined) {
    const to = better ?? lastLevel(ladder)
    return { kind: 'move', to, cause: better === undefined ? 'fall' : 'rise' }
  }
  if (better !== undefined) return gated(ladder, standing, { to: better, cause: 'rise' }, nowMs)

  const { lastsDays } = present.value
  const hasEnded =
    lastsDays !== undefined && standing.entitledUntilMs !== undefined && standing.entitledUntilMs <= nowMs
  if (at === last) return STAY
  if (reaches(present, facts) || (remains(present, facts) && !hasEnded)) {
    if (lastsDays === undefined) return STAY
    if (standing.entitledUntilMs === undefined) return { kind: 'renew', untilMs: nowMs + lastsDays * DAY_MS }
    if (!hasEnded || !earnsAnother(present, standing.entitledUntilMs, facts, nowMs)) return STAY
    return { kind: 'renew', untilMs: renewed(standing.entitledUntilMs, lastsDays, nowMs) }
  }
  const to =
    ladder.levels.find(
      (level, index) =>
        index > at && (index === last || reaches(level, facts) || (level.keep !== undefined && remains(level, facts))),
    ) ?? lastLevel(ladder)
  return gated(ladder, standing, { to, cause: hasEnded && remains(present, facts) ? 'ended' : 'fall' }, nowMs)
}

/** Where somebody belongs who has been nowhere yet; with `move`, because of it. On a ladder whose moves are proposed that is
 *  the last level. */
export function firstPlace(
  ladder: Ladder,
  facts: Facts,
  nowMs: number,
): { level: Level; standing: Standing; move: (Verdict & { kind: 'move' }) | undefined } {
  const standing: Standing = { level: lastLevel(ladder).name, heldFromMs: undefined, entitledUntilMs: undefined }
  const verdict = judge(ladder, standing, facts, nowMs)
  const move = verdict.kind === 'move' && ladder.value.moves !== 'propose' ? verdict : undefined
  return { level: move?.to ?? lastLevel(ladder), standing, move }
}

/** Also on a ladder whose moves are proposed: what has run out, and a level that the rules no longer have. */
export const happensBySelf = (ladder: Ladder, { level }: Standing, verdict: Verdict & { kind: 'move' }): boolean =>
  verdict.cause === 'ended' || levelOf(ladder, level) === undefined

const WARN_BEFORE_MS = 7 * DAY_MS

/** Is there a reason for another period? Where the level asks how long ago the last purchase was, one of this period: the
 *  purchase that began it may still be recent enough on its last day, and would pay for a second one. */
const earnsAnother = ({ value, when }: Level, untilMs: number, facts: Facts, nowMs: number): boolean =>
  boughtAfter(facts, when, {
    sinceMs: untilMs - (value.lastsDays ?? 0) * DAY_MS,
    nowMs,
  }) !== false

/** Was the reason for the level taken back, by a refund say? While it lasts, time alone does not end it: `when` is asked as of
 *  the day on which the period began. */
export function lostItsReason(ladder: Ladder, standing: Standing, facts: Facts, nowMs: number): boolean {
  const level = levelOf(ladder, standing.level)
  const { entitledUntilMs: untilMs } = standing
  if (level?.value.lastsDays === undefined || level.keep !== undefined) return false
  if (untilMs === undefined || untilMs <= nowMs) return false
  const beganMs = untilMs - level.value.lastsDays * DAY_MS
  return !reaches(level, facts) && !reaches(level, asOfDay(facts, nowMs, beganMs))
}

/** The end of an entitlement that comes within a week and, as things are, will not be renewed; UTC milliseconds. */
export function endsSoon(ladder: Ladder, standing: Standing, facts: Facts, nowMs: number): number | undefined {
  const level = levelOf(ladder, standing.level)
  const untilMs = standing.entitledUntilMs
  if (level?.value.lastsDays === undefined || untilMs === undefined) return undefined
  if (untilMs <= nowMs || untilMs - nowMs > WARN_BEFORE_MS) return undefined
  const then = asOfDay(facts, nowMs, untilMs)
  return reaches(level, then) && earnsAnother(level, untilMs, then, untilMs) ? undefined : untilMs
}

/** From one end to the next, however late we look. */
const renewed = (endedAtMs: number, lastsDays: number, nowMs: number): number =>
  endedAtMs + Math.ceil((nowMs - endedAtMs + 1) / (lastsDays * DAY_MS)) * lastsDays * DAY_MS

function gated(
  ladder: Ladder,
  { heldFromMs }: Standing,
  move: { to: Level; cause: MoveCause },
  nowMs: number,
): Verdict {
  const { coolDownDays = DEFAULT_COOL_DOWN_DAYS, promoteAtOnce = false } = ladder.value
  const freeAtMs = heldFromMs === undefined ? nowMs : heldFromMs + coolDownDays * DAY_MS
  if (freeAtMs <= nowMs || (promoteAtOnce && move.cause === 'rise')) return { kind: 'move', ...move }
  return { kind: 'held', ...move, freeAtMs }
}
