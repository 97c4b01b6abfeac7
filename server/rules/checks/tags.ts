import { tagGroupOf, tagName } from '../book/tag-groups.ts'
import type { Draft } from '../files/draft.ts'
import type { TagRules } from '../schema/rule-files.ts'

/** WeCom: 10,000 corp tags in a corp. */
const MAX_TAGS = 10_000

export function checkTagRules(drafts: Draft<TagRules>[]): void {
  const groups = new Set<string>()
  for (const draft of drafts) {
    for (const [index, written] of draft.value.tags.entries()) {
      const { group, names } = tagGroupOf(written)
      const here = ['tags', index]
      if (groups.has(group)) draft.fault([...here, 'group'], `标签组「${group}」写了两次`, '合并到一组里')
      groups.add(group)
      checkName(draft, [...here, 'group'], group)
      for (const [place, name] of names.entries()) {
        checkName(draft, [...here, 'names', place], name)
        if (names.indexOf(name) < place) {
          draft.fault([...here, 'names', place], `「${group}」里「${name}」写了两次`, '只留一个')
        }
      }
    }
  }
  const total = drafts.flatMap((draft) => draft.value.tags.flatMap((group) => group.names)).length
  if (total > MAX_TAGS) drafts[0]?.fault(['tags'], `标签有 ${total} 个，企业微信最多 ${MAX_TAGS} 个`, '删掉不用的')
}

/** 组/名 of those that only conditions may name. */
export const strategyTagsIn = (drafts: Draft<TagRules>[]): ReadonlySet<string> =>
  new Set(
    drafts
      .flatMap((draft) => draft.value.tags)
      .flatMap(({ group, names, strategy }) =>
        strategy === true ? names.map((name) => `${group}/${tagName(name)}`) : [],
      ),
  )

/** A slash inside would make 组/名 ambiguous. */
function checkName(draft: Draft<TagRules>, path: (string | number)[], name: string): void {
  if (name.includes('/')) draft.fault(path, `「${name}」里不能有 /`, '换成别的符号，/ 用来隔开组和名')
  if (name.trim() !== name || name.trim() === '') draft.fault(path, `「${name}」前后不能有空格`, '删掉空格')
}
