import { MIN_CLUSTERS, MIN_EXPECTED_GOALS } from '../../operations/sop/experiments/cluster-estimate.ts'
import { ALPHA, FIRST_PEOPLE } from '../../operations/sop/experiments/drawn-evidence.ts'
import type { ArmSeen, Comparison, Verdict, Wait } from '../../operations/sop/experiments/verdict.ts'

const percentText = (share: number): string => `${(share * 100).toFixed(1)}%`
const points = (difference: number): string => `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(1)}`
const pText = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`)

/** One line for each arm: people, goals, share with its interval. */
export function armLines(arms: readonly ArmSeen[], { shares }: Verdict): string[] {
  return arms.map(({ name, assigned, people, goals, guides }) => {
    const share = shares.find((one) => one.name === name)
    const interval = share === undefined ? '' : `（95% 区间 ${percentText(share.low)} 到 ${percentText(share.high)}）`
    const who = guides === undefined ? `分到 ${assigned} 人` : `${guides.length} 位导购的 ${assigned} 人`
    return `  ${name}  ${who}，满期限 ${people} 人，达成 ${goals} 人，${percentText(share?.share ?? 0)}${interval}`
  })
}

/** What may be said, in plain words; a winner only on enough evidence. */
export function verdictLines(arms: readonly ArmSeen[], { comparisons, isRatioBroken, ratioP }: Verdict): string[] {
  if (isRatioBroken) {
    const came = arms.map(({ guides, assigned }) => guides?.length ?? assigned).join(' : ')
    const promised = arms.map(({ weight }) => weight).join(' : ')
    return [`  分组人数不对：来了 ${came}，应该是 ${promised}（${pText(ratioP)}）。分组坏了，先查原因，不下结论。`]
  }
  const first = arms[0]?.name ?? ''
  return comparisons.map((comparison) => `  ${comparisonText(first, comparison, arms)}`)
}

function comparisonText(first: string, comparison: Comparison, arms: readonly ArmSeen[]): string {
  const { arm, difference, interval, p, verdict, logEvidence, wait } = comparison
  if (logEvidence === undefined) {
    const isByGuide = arms.some((one) => one.guides !== undefined)
    const people = arms.reduce((sum, one) => sum + one.people, 0)
    const needs = isByGuide
      ? `每组至少 ${MIN_CLUSTERS} 位导购，人少的一组至少该有 ${MIN_EXPECTED_GOALS} 人达成`
      : `各组合计要有 ${FIRST_PEOPLE} 人满期限，再等 ${Math.max(0, FIRST_PEOPLE - people)} 人`
    return `${arm} 和 ${first}：人还不够，先不判断（${needs}）。`
  }
  const range = `差 ${points(difference)} 个百分点，真实的差在 ${points(interval.low)} 到 ${points(interval.high)} 之间，${pText(p)}`
  if (wait !== undefined) return `${arm} 和 ${first}：人还不够，看不出（${range}）。${waitText(wait)}`
  if (verdict === 'alike') {
    return `${arm} 和 ${first}：没有发现差别（${range}）。人已经够了：差到值得在意的程度，多半早看出来了。`
  }
  const isNow = logEvidence >= Math.log((arms.length - 1) / ALPHA)
  return `${arm} 比 ${first} ${verdict === 'better' ? '好' : '差'}（${range}${isNow ? '' : '；足够的证据是早先看到的'}）。`
}

/** 11,217 → 11000: no more is known than two figures. */
function about(people: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(people)) - 1)
  return Math.ceil(people / step) * step
}

function waitText({ people, first, other, isSeen }: Wait): string {
  const which = isSeen ? '现在看到的差别' : '值得在意的差别'
  return `要看出${which}（${percentText(first)} 和 ${percentText(other)}），两组合计再等约 ${about(people)} 人满期限。`
}

export const HOW_JUDGED =
  '判断用随时有效的检验：每天看、两组人数不等、达成的人很少，误报都不超过 5%（sop calibrate 可以自己验证）；区间和 p 任何时候看都算数。三组以上各自和第一组比，按组数收紧（Bonferroni）。'
