import type { BoundStep } from '../../../rules/book/bound-step.ts'
import type { Vocabulary } from '../../../rules/vocabulary.ts'
import { stepAt } from '../model/step-path.ts'
import { stepText } from '../model/step-text.ts'

const kindOf = (step: BoundStep): string => Object.keys(step)[0] ?? ''

/** Why somebody who stands at `position` of the one list cannot stand there in the other, one Chinese line; undefined when
 *  they can: the step is of the same kind in both, and so is every step around it, the arm of an experiment even the same. */
export function notSameStep(
  before: readonly BoundStep[],
  after: readonly BoundStep[],
  position: string,
  vocabulary: Vocabulary,
): string | undefined {
  const path = position.split('.')
  for (let length = 1; length < path.length; length += 2) {
    const around = path.slice(0, length).join('.')
    const [old, now] = [stepAt(before, around), stepAt(after, around)]
    const branch = Number(path[length])
    if (old !== undefined && 'split' in old) {
      const isSame =
        now !== undefined &&
        'split' in now &&
        now.split.experiment === old.split.experiment &&
        now.split.arms[branch]?.arm === old.split.arms[branch]?.arm
      if (!isSame) return `所在的实验「${old.split.experiment}」的分组在新版本里变了`
    }
    if (old === undefined || now === undefined || kindOf(old) !== kindOf(now)) return '所在的分支在新版本里没有了'
  }
  const [old, now] = [stepAt(before, position), stepAt(after, position)]
  if (old === undefined) return undefined
  if (now === undefined) return `正在「${stepText(old, vocabulary)}」，新版本里没有这一步`
  if (kindOf(old) === kindOf(now)) return undefined
  return `正在「${stepText(old, vocabulary)}」，新版本的这一步是「${stepText(now, vocabulary)}」`
}
