import type { BoundStep } from '../../../rules/book/bound-step.ts'
import { branchesOf } from '../../../rules/book/sop-branches.ts'

/* Where a customer stands in a journey: `3` is the fourth step; when that has branches (a choose, a split), `3.0.1` is the
   second step of its first branch. */

export const FIRST_POSITION = '0'

const numbers = (position: string): number[] => position.split('.').map(Number)

/** The list that the position's last number counts in. */
function listAt(steps: readonly BoundStep[], path: number[]): readonly BoundStep[] | undefined {
  let list: readonly BoundStep[] | undefined = steps
  for (let at = 0; at + 2 < path.length; at += 2) {
    const step: BoundStep | undefined = list?.[path[at] ?? 0]
    list = step === undefined ? undefined : branchesOf(step)[path[at + 1] ?? 0]?.steps
  }
  return list
}

/** Undefined after the last step. */
export function stepAt(steps: readonly BoundStep[], position: string): BoundStep | undefined {
  const path = numbers(position)
  return listAt(steps, path)?.[path.at(-1) ?? 0]
}

/** The position after this one: the next of its branch, else after the step around it. Past the end of the journey
 *  there is no step, and `stepAt` says so. */
export function positionAfter(steps: readonly BoundStep[], position: string): string {
  const path = numbers(position)
  const next = [...path.slice(0, -1), (path.at(-1) ?? 0) + 1]
  const hasNext = (listAt(steps, next)?.length ?? 0) > (next.at(-1) ?? 0)
  return hasNext || next.length === 1 ? next.join('.') : positionAfter(steps, path.slice(0, -2).join('.'))
}

/** The first step of a branch; after the step around it when the branch is empty. */
export function positionInto(steps: readonly BoundStep[], position: string, branch: number): string {
  const inside = `${position}.${branch}.0`
  return stepAt(steps, inside) === undefined ? positionAfter(steps, position) : inside
}

/** For people: 「第 4 步」, inside its first branch 「第 4 步第 1 支的第 2 小步」. */
export function positionText(position: string): string {
  const [first = 0, ...rest] = numbers(position)
  const inside = rest.map((number, index) => (index % 2 === 0 ? `第 ${number + 1} 支` : `的第 ${number + 1} 小步`))
  return `第 ${first + 1} 步${inside.join('')}`
}
