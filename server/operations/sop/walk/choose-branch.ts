import type { Tx } from '../../../core/db/tx.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import { pathsIn } from '../../../rules/book/bind-steps.ts'
import type { BoundBranch } from '../../../rules/book/bound-step.ts'
import { conditionZh } from '../../../rules/condition/condition-zh.ts'
import { holds } from '../../../rules/condition/holds.ts'
import type { Condition } from '../../../rules/schema/condition.ts'
import { factsText } from '../model/facts-text.ts'

export interface Choice {
  /** Index of the branch; undefined: none of them. */
  branch: number | undefined
  /** One Chinese line without the facts. */
  text: string
  /** With them. */
  outcome: string
  seen: Record<string, unknown>
}

/** The first branch whose condition holds, for each of these customers, as of `nowMs`. Throws rules.condition-invalid when
 *  one of them asks for a fact that is no longer known. */
export async function chooseBranches(
  tx: Tx,
  facts: Pick<CustomerFacts, 'of'>,
  branches: readonly BoundBranch[],
  externalUserIds: string[],
  nowMs: number,
): Promise<Map<string, Choice>> {
  const conditions = branches.map(conditionOf)
  const paths = pathsIn(conditions.flatMap((condition) => condition ?? []))
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

/** Undefined for those whom no other branch wants. */
function conditionOf(branch: BoundBranch): Condition | undefined {
  if ('otherwise' in branch) return undefined
  if (branch.condition.kind === 'unreadable') throw branch.condition.error
  return branch.condition
}
