import type { RuleRename } from '../../rules/book/rule-rename.ts'

interface Group {
  group_id: string
  group_name: string
  tag: { id: string; name: string }[]
}

/** A tag or a group of tags that WeCom still calls otherwise. */
export interface WantedName {
  id: string
  from: string
  to: string
}

/** The library as WeCom tells it under the names that the rules have by now, and what WeCom has yet to be told of them. What
 *  is there under the new name already is not touched: two tags do not become one. */
export function underPresentNames<Of extends Group>(
  groups: readonly Of[],
  renames: readonly RuleRename[],
): { groups: Of[]; wanted: WantedName[] } {
  const wanted: WantedName[] = []
  const formerGroups = new Map<string, string>()
  for (const one of renames) if (one.kind === 'tag-group') formerGroups.set(one.from, one.to)
  const present = groups.map((group) => {
    const { group_id: id, group_name: from } = group
    const to = formerGroups.get(from)
    if (to === undefined || groups.some((other) => other.group_name === to)) return group
    wanted.push({ id, from, to })
    return { ...group, group_name: to }
  })
  return {
    groups: present.map((group) => {
      const former = new Map<string, string>()
      for (const one of renames) if (one.kind === 'tag' && one.within === group.group_name) former.set(one.from, one.to)
      const tag = group.tag.map((one) => {
        const to = former.get(one.name)
        if (to === undefined || group.tag.some((other) => other.name === to)) return one
        wanted.push({ id: one.id, from: one.name, to })
        return { ...one, name: to }
      })
      return { ...group, tag }
    }),
    wanted,
  }
}
