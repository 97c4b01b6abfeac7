/** Those that have a name of their own, as their kind of rule is called. */
export const RENAMED_RULES = ['channel', 'pool', 'sop', 'send', 'ladder', 'groupSop', 'moment', 'intercept'] as const
type Plain = 'tag-group' | (typeof RENAMED_RULES)[number]

/** What has a name in the rules. `tag`: 名 within a group, under the name that the group has now; `level`: within a ladder,
 *  likewise; `group-step`: a step of a group SOP, as 群 SOP·步骤. */
export type NamedRule =
  | { kind: Plain | 'group-step'; name: string }
  | { kind: 'tag' | 'level'; within: string; name: string }

/** What is called otherwise than before. A group SOP of another name is told by the names of its steps. */
export type RuleRename =
  | { kind: Exclude<Plain, 'groupSop'> | 'group-step'; from: string; to: string }
  | { kind: 'tag' | 'level'; within: string; from: string; to: string }
