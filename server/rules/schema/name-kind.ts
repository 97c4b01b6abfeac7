/** The kinds of rules that others refer to by name. */
export const NAME_KINDS = ['channel', 'welcome', 'tag', 'pool', 'script', 'tier', 'sop', 'webhook', 'rfm'] as const
export type NameKind = (typeof NAME_KINDS)[number]

/** Marks a text of a shape as the name of another rule, so that editors can offer those that are there. */
export const naming = (kind: NameKind) => ({ 'x-huoshui': `name:${kind}` })

/** The kind that such a mark tells. */
export const namedKind = (mark: string): NameKind | undefined => NAME_KINDS.find((kind) => mark === `name:${kind}`)
