import { branchesOf } from '../book/sop-branches.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { SopRule } from '../schema/rule-files.ts'
import type { SopStep } from '../schema/sop-rule.ts'

interface Start {
  to: string
  path: Path
}

const startsIn = (steps: readonly SopStep[], path: Path): Start[] =>
  steps.flatMap((step, index) => {
    const here = [...path, index]
    if ('start' in step) return [{ to: step.start, path: [...here, 'start'] }]
    return branchesOf(step).flatMap(({ at, steps: inside }) => startsIn(inside, [...here, ...at]))
  })

/** Journeys that start each other round and round would never let a customer go; each circle is told once. */
export function checkStarts(sops: readonly Draft<SopRule>[]): void {
  const starts = new Map(sops.map((draft) => [draft.name, startsIn(draft.value.steps, ['steps'])]))
  const byName = new Map(sops.map((draft) => [draft.name, draft]))
  const done = new Set<string>()

  function follow(name: string, way: readonly string[]): void {
    for (const { to, path } of starts.get(name) ?? []) {
      const begin = way.indexOf(to)
      // Itself is told where the step is checked.
      if (begin >= 0 && to !== name) {
        const circle = [...way.slice(begin), to].join(' → ')
        byName.get(name)?.fault(path, `这几个 SOP 会互相开始，转不出来：${circle}`, '去掉其中一个 start')
      } else if (begin < 0 && !done.has(to)) follow(to, [...way, to])
    }
    done.add(name)
  }
  for (const { name } of sops) if (!done.has(name)) follow(name, [name])
}
