import { expect, it } from 'vitest'
import type { RuleRename } from '../../rules/book/rule-rename.ts'
import { underPresentNames } from './under-present-names.ts'

const group = (name: string, ...tags: string[]) => ({
  group_id: `g-${name}`,
  group_name: name,
  tag: tags.map((tag) => ({ id: `t-${tag}`, name: tag })),
})
const tag: RuleRename = { kind: 'tag', within: '阶段', from: '老客', to: '熟客' }
const ofGroup: RuleRename = { kind: 'tag-group', from: '生命', to: '阶段' }
const [OLD, NEW] = [group('生命', '新客', '老客'), group('阶段', '新客', '老客')]

it.each<[what: string, groups: (typeof OLD)[], renames: RuleRename[], names: string[], wanted: string[]]>([
  ['nothing is renamed', [NEW], [], ['阶段/新客', '阶段/老客'], []],
  ['a tag', [NEW], [tag], ['阶段/新客', '阶段/熟客'], ['t-老客 老客→熟客']],
  ['of another group', [group('来源', '老客')], [tag], ['来源/老客'], []],
  ['a group', [OLD], [ofGroup], ['阶段/新客', '阶段/老客'], ['g-生命 生命→阶段']],
  ['both', [OLD], [ofGroup, tag], ['阶段/新客', '阶段/熟客'], ['g-生命 生命→阶段', 't-老客 老客→熟客']],
  ['done already', [group('阶段', '新客', '熟客')], [ofGroup, tag], ['阶段/新客', '阶段/熟客'], []],
  ['the new tag is there as well', [group('阶段', '老客', '熟客')], [tag], ['阶段/老客', '阶段/熟客'], []],
  ['the new group is there as well', [OLD, NEW], [ofGroup], ['生命/新客', '生命/老客', '阶段/新客', '阶段/老客'], []],
])('%s', (_what, groups, renames, names, wanted) => {
  const present = underPresentNames(groups, renames)
  expect(present.groups.flatMap((one) => one.tag.map(({ name }) => `${one.group_name}/${name}`))).toEqual(names)
  expect(present.wanted.map(({ id, from, to }) => `${id} ${from}→${to}`)).toEqual(wanted)
})
