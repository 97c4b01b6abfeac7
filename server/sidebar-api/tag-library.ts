import type { CorpTag } from '../records/tags/tag-queries.ts'
import type { RuleBook } from '../rules/book/rule-book.ts'
import type { TagGroups } from './contract.ts'

type Group = { group: string; tags: readonly Pick<CorpTag, 'name' | 'path'>[] }

/** Tags that a ladder puts on and takes off, by 组/名, each with the reason why nobody else does. A hand in it would make the tag a
 *  person's, which no rule touches again. */
export const tagsOfLadders = ({ ladders }: Pick<RuleBook, 'ladders'>): ReadonlyMap<string, string> =>
  new Map(
    [...ladders.values()].flatMap(({ name, levels }) =>
      levels.flatMap(({ value: { tag } }) =>
        tag === undefined ? [] : [[tag, `由「${name}」按条件打上和去掉，人不用改；不对的话请告诉运营`] as const],
      ),
    ),
  )

/** What a guide may choose from: the groups and names of the files first and in their order, then what WeCom has besides. */
export function tagLibrary(groups: readonly Group[], book: Pick<RuleBook, 'tags' | 'ladders'>): TagGroups {
  const kept = tagsOfLadders(book)
  const placeOf = (list: readonly string[], name: string): number => {
    const at = list.indexOf(name)
    return at < 0 ? list.length : at
  }
  const groupNames = book.tags.map((one) => one.group)
  return {
    groups: [...groups]
      .sort((a, b) => placeOf(groupNames, a.group) - placeOf(groupNames, b.group))
      .map(({ group, tags }) => {
        const written = book.tags.find((one) => one.group === group)?.names ?? []
        const sorted = [...tags].sort((a, b) => placeOf(written, a.name) - placeOf(written, b.name))
        const locked = sorted.flatMap(({ name, path }) => {
          const why = kept.get(path)
          return why === undefined ? [] : [{ name, why }]
        })
        return { group, names: sorted.map((tag) => tag.name), ...(locked.length === 0 ? {} : { locked }) }
      }),
  }
}
