/** What has a name in the rules. `tag`: 名 within a group, under the name that the group has now; `level`: within a ladder,
 *  likewise. */
export type NamedRule =
  | { kind: 'tag-group' | 'channel' | 'pool' | 'sop' | 'send' | 'ladder'; name: string }
  | { kind: 'tag' | 'level'; within: string; name: string }

/** What is called otherwise than before. */
export type RuleRename =
  | { kind: 'tag-group' | 'channel' | 'pool' | 'sop' | 'send' | 'ladder'; from: string; to: string }
  | { kind: 'tag' | 'level'; within: string; from: string; to: string }
