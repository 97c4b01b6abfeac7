import { didYouMean } from '../condition/did-you-mean.ts'
import { basePath, narrowingOf } from '../condition/narrowed.ts'
import type { Condition } from '../schema/condition.ts'

const FACTS: readonly string[] = ['orders.paid.categories', 'orders.paid.lastCategories']

/** Reports categories of goods that nobody ever ordered: mostly a slip of the pen, sometimes goods to come. `known`: those that
 *  were ordered; empty: nothing is known. */
export function doubtCategories(
  known: ReadonlySet<string>,
  condition: Condition,
  report: (path: string, name: string, message: string, suggestion: string) => void,
): void {
  if (known.size === 0) return
  if (condition.kind !== 'test') {
    for (const part of [condition.of].flat()) doubtCategories(known, part, report)
    return
  }
  const asked = FACTS.includes(condition.path)
    ? Object.values(condition.test).flat()
    : (narrowingOf(condition.path)?.category ?? [])
  for (const name of new Set(asked)) {
    if (typeof name !== 'string' || known.has(name)) continue
    const meant = didYouMean(name, known)
    report(
      basePath(condition.path),
      name,
      `还没有人买过类目「${name}」`,
      meant === undefined ? `买过的有 ${[...known].slice(0, 10).join('、')}` : `是不是想写 ${meant}`,
    )
  }
}
