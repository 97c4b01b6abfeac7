import { clusterEstimate } from './cluster-estimate.ts'
import { wilson } from './interval.ts'
import { ALPHA, type Arm, alwaysValidInterval, alwaysValidP, type Estimate, estimateOf, logEvidence } from './msprt.ts'
import { RATIO_ALARM, sampleRatioP } from './sample-ratio.ts'

/** Fewer people in an arm are not looked at: a share of theirs is not yet near a normal distribution. */
export const MIN_PEOPLE = 200
/** The same, of people who reached the goal, in both arms of a comparison together. */
export const MIN_GOALS = 20

export interface ArmSeen extends Arm {
  name: string
  /** Share that the rule promises this arm. */
  weight: number
  /** All who were assigned; `people` are those whose time to reach the goal has passed. */
  assigned: number
  /** Where guides were drawn: each guide's people. */
  guides: readonly Arm[] | undefined
}

export interface Comparison {
  arm: string
  /** Compared with the first arm. */
  difference: number
  interval: { low: number; high: number }
  /** Logarithm of the evidence now; undefined while there are too few. */
  logEvidence: number | undefined
  p: number
  verdict: 'better' | 'worse' | 'none' | 'too-few'
}

export interface Verdict {
  ratioP: number
  /** The arms were not filled as drawn: nothing is judged. */
  isRatioBroken: boolean
  shares: { name: string; share: number; low: number; high: number }[]
  comparisons: Comparison[]
}

const Z = 1.959963984540054

function drawPoint(arm: ArmSeen, estimate: Estimate | undefined): Verdict['shares'][number] {
  const share = arm.people === 0 ? 0 : arm.goals / arm.people
  if (arm.guides === undefined) return { name: arm.name, share, ...wilson(arm) }
  const reach = estimate === undefined ? 1 : Z * Math.sqrt(estimate.variance)
  return { name: arm.name, share, low: Math.max(0, share - reach), high: Math.min(1, share + reach) }
}

/** Judges an experiment: every arm against the first. `mostEvidence`: by arm, the largest logarithm of evidence at any
 *  earlier look, which is what makes it right to look every day. Three arms or more are corrected by Bonferroni: each
 *  comparison needs evidence of (arms − 1) / alpha. */
export function judge(arms: readonly ArmSeen[], mostEvidence: ReadonlyMap<string, number>): Verdict {
  const [first, ...others] = arms
  const filled = arms.map(({ guides, assigned }) => guides?.length ?? assigned)
  const ratioP = sampleRatioP(
    filled,
    arms.map(({ weight }) => weight),
  )
  const isRatioBroken = ratioP < RATIO_ALARM
  const estimates = new Map(
    arms.map((arm) => [arm.name, arm.guides === undefined ? estimateOf(arm) : clusterEstimate(arm.guides)]),
  )
  const comparisons = others.map((other): Comparison => {
    const [a, b] = [first, other].map((arm) => (arm === undefined ? undefined : estimates.get(arm.name)))
    const earlier = mostEvidence.get(other.name)
    const isEnough =
      first !== undefined &&
      Math.min(first.people, other.people) >= MIN_PEOPLE &&
      first.goals + other.goals >= MIN_GOALS
    if (!isEnough || a === undefined || b === undefined) {
      const p = earlier === undefined ? 1 : alwaysValidP(earlier, others.length)
      const interval = { low: -1, high: 1 }
      return {
        arm: other.name,
        difference: (b?.share ?? 0) - (a?.share ?? 0),
        interval,
        logEvidence: undefined,
        p,
        verdict: 'too-few',
      }
    }
    const now = logEvidence(a, b)
    const p = alwaysValidP(Math.max(now, earlier ?? 0), others.length)
    const difference = b.share - a.share
    const interval = alwaysValidInterval(a, b, { alpha: ALPHA / others.length })
    const isProven = p <= ALPHA && !isRatioBroken
    const verdict = !isProven ? 'none' : difference > 0 ? 'better' : 'worse'
    return { arm: other.name, difference, interval, logEvidence: now, p, verdict }
  })
  const shares = arms.map((arm) => drawPoint(arm, estimates.get(arm.name)))
  return { ratioP, isRatioBroken, shares, comparisons }
}
