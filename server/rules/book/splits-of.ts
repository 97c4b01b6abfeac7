import type { SopSplit, SopStep } from '../schema/sop-rule.ts'
import { branchesOf } from './sop-branches.ts'

/** Every experiment in these steps, with the keys under which its `split` stands. */
export function splitsOf(
  steps: SopStep[],
  at: (string | number)[] = ['steps'],
): { at: (string | number)[]; split: SopSplit }[] {
  return steps.flatMap((step, index) => {
    const here = [...at, index]
    const own = 'split' in step ? [{ at: [...here, 'split'], split: step.split }] : []
    return [...own, ...branchesOf(step).flatMap((branch) => splitsOf(branch.steps, [...here, ...branch.at]))]
  })
}

/** What decides who gets which arm: another text, and people change over. */
export const armsText = (split: SopSplit): string =>
  `${split.by === 'guide' ? '按导购 ' : ''}${split.arms.map(({ arm, weight }) => `${arm} ${weight}`).join('，')}`
