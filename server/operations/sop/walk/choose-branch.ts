import type { Tx } from '../../../core/db/tx.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import { conditionZh } from '../../../rules/condition/condition-zh.ts'
import { holds } from '../../../rules/condition/holds.ts'
import { conditionOf, factPaths } from '../../../rules/condition/parse-condition.ts'
import type { SopStep } from '../../../rules/schema/sop-rule.ts'
import { factsText } from '../model/facts-text.ts'

export type Choose = Extract<SopStep, { choose: unknown }>['choose']

export interface Choice {
  /** Index of the branch; undefined: none of them. */
  branch: number | undefined
  /** One Chinese line without the facts. */
  text: string
  /** With them. */
  outcome: string
  seen: Record<string, unknown>
}

/** The first branch whose condition holds, for each of these customers, as of `nowMs`. */
export async function chooseBranches(
  tx: Tx,
  facts: Pick<CustomerFacts, 'of'>,
  branches: Choose,
  externalUserIds: string[],
  nowMs: number,
): Promise<Map<string, Choice>> {
  const conditions = branches.map((branch) => ('otherwise' in branch ? undefined : conditionOf(branch.when)))
  const paths = [...new Set(conditions.flatMap((condition) => (condition === undefined ? [] : factPaths(condition))))]
  const known = await facts.of(tx, externalUserIds, nowMs, paths)
  const choiceOf = (id: string): Choice => {
    const values = known.get(id) ?? new Map()
    const chosen = conditions.findIndex((condition) => condition === undefined || holds(condition, values))
    const condition = conditions[chosen]
    const seen = Object.fromEntries(paths.map((path) => [path, values.get(path) ?? null]))
    const text =
      chosen < 0 ? '没有一个分支成立' : `走「${condition === undefined ? '其他' : conditionZh(condition)}」分支`
    const outcome = paths.length === 0 ? text : `${text}（${factsText(seen)}）`
    return { branch: chosen < 0 ? undefined : chosen, text, outcome, seen }
  }
  return new Map(externalUserIds.map((id) => [id, choiceOf(id)]))
}
