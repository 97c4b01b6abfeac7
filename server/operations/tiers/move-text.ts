import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Ladder, Level } from '../../rules/book/rule-book.ts'
import { conditionZh } from '../../rules/condition/condition-zh.ts'
import type { FactShape, Facts } from '../../rules/condition/fact.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import { levelOf, type MoveCause, type Standing } from './judge.ts'

/** Why a customer moves, one Chinese sentence: 「累计付款金额至少 2000 元」. */
export function moveText(
  ladder: Ladder,
  standing: Standing,
  move: { to: Level; cause: MoveCause },
  facts: readonly FactShape[],
): string {
  const zh = (condition: Condition | undefined): string => conditionZh(condition ?? NOTHING, facts)
  const present = levelOf(ladder, standing.level)
  if (present === undefined) return `「${standing.level}」这一级已经从规则里去掉`
  if (move.cause === 'rise') return `符合「${move.to.name}」：${zh(move.to.when)}`
  if (move.cause === 'ended' && standing.entitledUntilMs !== undefined) {
    const end = shanghaiText(standing.entitledUntilMs).slice(0, 10)
    return `「${present.name}」的有效期到 ${end} 为止，现在不符合：${zh(present.when)}`
  }
  return `不再符合「${present.name}」：${zh(present.keep ?? present.when)}`
}

export const movedText = (ladder: string, from: string | undefined, to: string, isRise: boolean): string =>
  from === undefined ? `「${ladder}」定为 ${to}` : `「${ladder}」从 ${from} ${isRise ? '升到' : '降到'} ${to}`

const NOTHING: Condition = { kind: 'all', of: [] }

/** Every fact that the ladder asks for. */
export const pathsOf = (ladder: Ladder): string[] => [
  ...new Set(ladder.levels.flatMap(({ when, keep }) => [when, keep].flatMap((one) => (one ? factPaths(one) : [])))),
]

/** Of the facts known those that the ladder asks for, to explain a decision with. */
export const askedFacts = (ladder: Ladder, facts: Facts): Record<string, unknown> =>
  Object.fromEntries(pathsOf(ladder).map((path) => [path, facts.get(path) ?? null]))
