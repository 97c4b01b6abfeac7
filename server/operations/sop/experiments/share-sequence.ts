import { logBeta } from '../../../core/kernel/log-gamma.ts'
import { ALPHA, type Arm } from './drawn-evidence.ts'

export interface Interval {
  low: number
  high: number
}

/** Where the share of one arm lies, with a certainty of 1 − alpha at all looks together: every share under which the goals
 *  that were seen are not too unlikely beside all shares at once (Beta(½, ½)). Exact for any number of people. */
export function shareSequence({ people, goals }: Arm, alpha: number = ALPHA): Interval {
  if (people === 0) return { low: 0, high: 1 }
  const none = people - goals
  const all = logBeta(goals + 0.5, none + 0.5) - logBeta(0.5, 0.5)
  const isOut = (share: number): boolean =>
    all - (goals === 0 ? 0 : goals * Math.log(share)) - (none === 0 ? 0 : none * Math.log1p(-share)) >= -Math.log(alpha)
  const seen = goals / people
  return {
    low: goals === 0 ? 0 : borderOf(isOut, 0, seen),
    high: none === 0 ? 1 : borderOf(isOut, 1, seen),
  }
}

/** The last share on the way from one that is out to one that is in. */
function borderOf(isOut: (share: number) => boolean, out: number, inside: number): number {
  let [outer, inner] = [out, inside]
  for (let step = 0; step < 50; step++) {
    const middle = (outer + inner) / 2
    if (isOut(middle)) outer = middle
    else inner = middle
  }
  return outer
}

/** Where the difference b − a lies, at any look: the distances of the two ends from what was seen, squared and added
 *  (Newcombe 1998), of sequences instead of intervals for one look. */
export function differenceSequence(a: Arm, b: Arm, alpha: number = ALPHA): Interval {
  const [ofA, ofB] = [shareSequence(a, alpha), shareSequence(b, alpha)]
  const [seenA, seenB] = [a, b].map(({ people, goals }) => (people === 0 ? 0.5 : goals / people)) as [number, number]
  const difference = seenB - seenA
  return {
    low: Math.max(-1, difference - Math.hypot(seenB - ofB.low, ofA.high - seenA)),
    high: Math.min(1, difference + Math.hypot(ofB.high - seenB, seenA - ofA.low)),
  }
}
