import type { Tx } from '../../../../core/db/tx.ts'
import type { Clock } from '../../../../core/kernel/clock.ts'
import type { CustomerFacts } from '../../../../records/facts/facts.ts'
import { pathsIn } from '../../../../rules/book/bind-steps.ts'
import type { BoundBranch } from '../../../../rules/book/bound-step.ts'
import { conditionZh } from '../../../../rules/condition/condition-zh.ts'
import { holds } from '../../../../rules/condition/holds.ts'
import type { Condition } from '../../../../rules/schema/condition.ts'
import type { Vocabulary } from '../../../../rules/vocabulary.ts'
import { factsText } from '../../model/facts-text.ts'
import { positionAfter, positionInto } from '../../model/step-path.ts'
import { reasonOf } from '../trail.ts'
import type { TakeStep } from '../walker.ts'

export interface ChooseStepDeps {
  clock: Clock
  facts: Pick<CustomerFacts, 'of'>
  vocabulary: Pick<Vocabulary, 'facts'>
}

/** Sends each customer the way of the first branch that wants them; past all of them when none does. */
export const createChooseStep =
  (deps: ChooseStepDeps): TakeStep<BoundBranch[]> =>
  async (tx, branches, { sop, kind, walkers, trail }) => {
    const ids = walkers.map(({ entry }) => entry.externalUserId)
    const choices = await chooseBranches(tx, deps, branches, ids)
    return walkers.flatMap((walker) => {
      const { entry } = walker
      const choice = choices.get(entry.externalUserId)
      if (choice === undefined) return []
      const reason = reasonOf(sop, entry, choice)
      trail.log(entry, kind, choice.outcome, { reason })
      trail.tell(sop, entry, choice.outcome, reason)
      const position =
        choice.branch === undefined
          ? positionAfter(sop.steps, entry.position)
          : positionInto(sop.steps, entry.position, choice.branch)
      return [{ ...walker, entry: { ...entry, position } }]
    })
  }

interface Choice {
  /** Index of the branch; undefined: none of them. */
  branch: number | undefined
  /** One Chinese line without the facts. */
  text: string
  /** With them. */
  outcome: string
  seen: Record<string, unknown>
}

/** The first branch whose condition holds, for each of these customers, as of now. Throws rules.condition-invalid when
 *  one of them asks for a fact that is no longer known. */
async function chooseBranches(
  tx: Tx,
  { clock, facts, vocabulary }: ChooseStepDeps,
  branches: readonly BoundBranch[],
  externalUserIds: string[],
): Promise<Map<string, Choice>> {
  const conditions = branches.map(conditionOf)
  const paths = pathsIn(conditions.flatMap((condition) => condition ?? []))
  const known = await facts.of(tx, externalUserIds, clock.now(), paths)
  const choiceOf = (id: string): Choice => {
    const values = known.get(id) ?? new Map()
    const chosen = conditions.findIndex((condition) => condition === undefined || holds(condition, values))
    const condition = conditions[chosen]
    const seen = Object.fromEntries(paths.map((path) => [path, values.get(path) ?? null]))
    const text =
      chosen < 0
        ? '没有一个分支成立'
        : `走「${condition === undefined ? '其他' : conditionZh(condition, vocabulary.facts)}」分支`
    const outcome = paths.length === 0 ? text : `${text}（${factsText(seen, vocabulary.facts)}）`
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
