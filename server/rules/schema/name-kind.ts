/** The kinds of rules that others refer to by name. */
export type NameKind = 'channel' | 'welcome' | 'tag' | 'pool' | 'script' | 'tier' | 'sop' | 'webhook'
