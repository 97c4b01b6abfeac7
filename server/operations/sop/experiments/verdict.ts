import { clusterEstimates } from './cluster-estimate.ts'
import { ALPHA, type Arm, baseRate, FIRST_PEOPLE, openBets } from './drawn-evidence.ts'
import { wilson } from './interval.ts'
import { alwaysValidInterval, differencesAround, logEvidence } from './msprt.ts'
import { gainOf, peopleNeeded, worthKnowing } from './people-needed.ts'
import { RATIO_ALARM, sampleRatioP } from './sample-ratio.ts'
import { differenceSequence, type Interval } from './share-sequence.ts'

export interface ArmSeen extends Arm {
  name: string
  /** Share that the rule promises this arm. */
  weight: number
  /** All who were assigned; `people` are those whose time to reach the goal has passed. */
  assigned: number
  /** Where guides were drawn: each guide's people. */
  guides: readonly Arm[] | undefined
}

/** What there is to wait for. */
export interface Wait {
  /** So many more in both arms together, their time to reach the goal over, until four of five experiments would see it. */
  people: number
  /** The difference that is waited for: as a share of the first arm and of the other one. `isSeen`: it is the one that is
   *  seen now, else the least that is worth knowing of. */
  first: number
  other: number
  isSeen: boolean
}

export interface Comparison {
  arm: string
  /** Compared with the first arm. */
  difference: number
  interval: Interval
  /** Logarithm of the evidence now; undefined while there are too few. */
  logEvidence: number | undefined
  p: number
  /** `alike`: a difference worth knowing of would most probably have been found by now. */
  verdict: 'better' | 'worse' | 'alike' | 'too-few'
  /** With `too-few`, once the goal's rate is known. */
  wait: Wait | undefined
}

export interface Verdict {
  ratioP: number
  /** The arms were not filled as drawn: nothing is judged. */
  isRatioBroken: boolean
  shares: { name: string; share: number; low: number; high: number }[]
  comparisons: Comparison[]
}

/** What is known beside the arms. */
export interface Known {
  /** Those who came first, of all arms together; undefined while they are fewer than `FIRST_PEOPLE`. */
  first: Arm | undefined
  /** By arm, the largest logarithm of evidence at any earlier look, which is what makes it right to look every day. */
  mostEvidence: ReadonlyMap<string, number>
}

const Z = 1.959963984540054

const shareOf = ({ people, goals }: Arm): number => (people === 0 ? 0 : goals / people)

/** The always-valid p of the most evidence seen at any look, never more than 1. `comparisons`: how many are made side by
 *  side; p is then corrected by Bonferroni. */
const alwaysValidP = (mostLogEvidence: number, comparisons: number): number =>
  Math.min(1, Math.exp(-mostLogEvidence) * comparisons)

/** Judges an experiment: every arm against the first. Three arms or more are corrected by Bonferroni: each comparison needs
 *  evidence of (arms − 1) / alpha. */
export function judge(arms: readonly ArmSeen[], known: Known): Verdict {
  const [first, ...others] = arms
  const filled = arms.map(({ guides, assigned }) => guides?.length ?? assigned)
  const ratioP = sampleRatioP(
    filled,
    arms.map(({ weight }) => weight),
  )
  const isRatioBroken = ratioP < RATIO_ALARM
  const comparisons =
    first === undefined
      ? []
      : others.map((other) => compare([first, other], { ...known, count: others.length }, isRatioBroken))
  return { ratioP, isRatioBroken, shares: arms.map(drawPoint), comparisons }
}

function drawPoint(arm: ArmSeen): Verdict['shares'][number] {
  const share = shareOf(arm)
  if (arm.guides === undefined) return { name: arm.name, share, ...wilson(arm) }
  const variance = clusterEstimates(arm.guides, arm.guides)?.a.variance
  const reach = variance === undefined ? 1 : Z * Math.sqrt(variance)
  return { name: arm.name, share, low: Math.max(0, share - reach), high: Math.min(1, share + reach) }
}

type Pair = readonly [first: ArmSeen, other: ArmSeen]
interface Seen {
  logEvidence: number
  interval: Interval
  /** How much more people of one guide are worth waiting for than as many who know nothing of each other. */
  alike: number
}

function compare(pair: Pair, known: Known & { count: number }, isRatioBroken: boolean): Comparison {
  const [first, other] = pair
  const earlier = known.mostEvidence.get(other.name)
  const seen = first.guides === undefined ? seenOfPeople(pair, known) : seenOfGuides(pair, known)
  const p = Math.min(
    earlier === undefined ? 1 : alwaysValidP(earlier, known.count),
    seen === undefined ? 1 : alwaysValidP(seen.logEvidence, known.count),
  )
  const difference = shareOf(other) - shareOf(first)
  const common = { arm: other.name, difference, logEvidence: seen?.logEvidence, p }
  if (seen === undefined) return { ...common, interval: { low: -1, high: 1 }, verdict: 'too-few', wait: undefined }
  const interval = agreeing(seen, { difference, needed: Math.log(known.count / ALPHA) })
  if (p <= ALPHA && !isRatioBroken) {
    return { ...common, interval, verdict: difference > 0 ? 'better' : 'worse', wait: undefined }
  }
  const wait = waitFor(pair, { count: known.count, ...seen })
  return { ...common, interval, verdict: wait === undefined ? 'alike' : 'too-few', wait }
}

/** The share of people that the rule promises the other of two arms. */
const otherShare = ([first, other]: Pair): number => other.weight / (first.weight + other.weight)

function seenOfPeople(pair: Pair, { first, count }: Known & { count: number }): Seen | undefined {
  if (first === undefined || first.people < FIRST_PEOPLE) return undefined
  return {
    logEvidence: openBets({ share: otherShare(pair), rate: baseRate(first) })(...pair),
    interval: differenceSequence(...pair, ALPHA / count),
    alike: 1,
  }
}

function seenOfGuides([first, other]: Pair, { count }: { count: number }): Seen | undefined {
  const estimates = clusterEstimates(first.guides ?? [], other.guides ?? [])
  if (estimates === undefined) return undefined
  const { a, b } = estimates
  const rate = baseRate({ people: first.people + other.people, goals: first.goals + other.goals })
  const tau = differencesAround(rate)
  const alone = rate * (1 - rate) * (1 / first.people + 1 / other.people)
  return {
    logEvidence: logEvidence(a, b, tau),
    interval: alwaysValidInterval(a, b, { tau, alpha: ALPHA / count }),
    alike: Math.max(1, (a.variance + b.variance) / alone),
  }
}

/** The interval and the evidence are two ways of looking at the same people; about nought the evidence has the last word. */
function agreeing(
  { interval: { low, high }, logEvidence: evidence }: Seen,
  { difference, needed }: { difference: number; needed: number },
): Interval {
  if (evidence < needed) return { low: Math.min(low, 0), high: Math.max(high, 0) }
  return difference > 0 ? { low: Math.max(low, 0), high } : { low, high: Math.min(high, 0) }
}

/** Undefined: there were enough people to see all that is worth knowing of. */
function waitFor(
  pair: Pair,
  { count, alike, logEvidence: evidence }: { count: number; alike: number; logEvidence: number },
): Wait | undefined {
  const [first, other] = pair
  const people = first.people + other.people
  const share = otherShare(pair)
  const rate = baseRate({ people, goals: first.goals + other.goals })
  const least = { first: rate, other: worthKnowing(rate) }
  const forLeast = peopleNeeded({ a: least.first, b: least.other, share }, count) * alike - people
  if (forLeast <= 0) return undefined
  const seen = { first: shareOf(first), other: shareOf(other) }
  const apart = { a: seen.first, b: seen.other, share }
  // Whoever was unlucky until now still needs what is missing of the evidence.
  const missing = (Math.log(count / ALPHA) - evidence) / gainOf(apart).mean
  const forSeen = Math.max(peopleNeeded(apart, count) * alike - people, missing * alike)
  return forSeen < forLeast
    ? { ...seen, people: Math.ceil(forSeen), isSeen: true }
    : { ...least, people: Math.ceil(forLeast), isSeen: false }
}
