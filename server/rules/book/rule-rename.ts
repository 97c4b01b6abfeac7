/** Those that have a name of their own, as their kind of rule is called. */
export const RENAMED_RULES = ['channel', 'pool', 'sop', 'send', 'ladder', 'groupSop', 'moment', 'intercept'] as const
type Plain = 'tag-group' | (typeof RENAMED_RULES)[number]

/** What has a name in the rules. `tag`: 名 within a group, under the name that the group has now; `level`: within a ladder,
 *  likewise; `group-step`: a step of a group SOP, as 群 SOP·步骤; `campaign-step`: of a campaign, likewise. */
export type NamedRule =
  | { kind: Plain | 'group-step' | 'campaign-step'; name: string }
  | { kind: 'tag' | 'level'; within: string; name: string }

/** What is called otherwise than before. A group SOP and a campaign of another name are told by the names of their steps. */
export type RuleRename =
  | { kind: Exclude<Plain, 'groupSop'> | 'group-step' | 'campaign-step'; from: string; to: string }
  | { kind: 'tag' | 'level'; within: string; from: string; to: string }
