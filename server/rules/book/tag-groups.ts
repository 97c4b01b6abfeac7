import type { TagRules } from '../schema/rule-files.ts'

/** Corp tags as the rules want them, by their present names. */
export interface TagGroup {
  group: string
  names: string[]
  /** Of a 规则组: known, and not ours to make or put on. */
  strategy?: boolean
}

type WrittenGroup = TagRules['tags'][number]

export const tagName = (written: WrittenGroup['names'][number]): string =>
  typeof written === 'string' ? written : written.name

/** As written, without the former names. */
export const tagGroupOf = ({ group, names, strategy }: WrittenGroup): TagGroup => ({
  group,
  names: names.map(tagName),
  ...(strategy === undefined ? {} : { strategy }),
})
