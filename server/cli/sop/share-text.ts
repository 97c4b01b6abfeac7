import { MIN_CLUSTERS } from '../../operations/sop/experiments/cluster-estimate.ts'
import {
  type ArmSeen,
  type Comparison,
  MIN_GOALS,
  MIN_PEOPLE,
  type Verdict,
} from '../../operations/sop/experiments/verdict.ts'

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
  const { arm, difference, interval, p, verdict } = comparison
  if (verdict === 'too-few') {
    const guides = arms.some((one) => one.guides !== undefined) ? `、至少 ${MIN_CLUSTERS} 位导购` : ''
    return `${arm} 和 ${first}：人还太少，不判断（每组至少 ${MIN_PEOPLE} 人满期限${guides}，两组合计至少 ${MIN_GOALS} 人达成）。`
  }
  const range = `差 ${points(difference)} 个百分点，真实的差在 ${points(interval.low)} 到 ${points(interval.high)} 之间，${pText(p)}`
  if (verdict === 'none') return `${arm} 和 ${first}：没有发现差别（${range}）。`
  const isNow = interval.low > 0 || interval.high < 0
  return `${arm} 比 ${first} ${verdict === 'better' ? '好' : '差'}（${range}${isNow ? '' : '；足够的证据是早先看到的'}）。`
}

export const HOW_JUDGED =
  '判断用随时有效的检验（mSPRT）：每天看都不会多报；区间和 p 任何时候看都算数。三组以上各自和第一组比，按组数收紧（Bonferroni）。'
