import type { Sop } from '../../../rules/book/rule-book.ts'

export const DEFAULT_PRIORITY = 50

export const priorityOf = (sop: Pick<Sop, 'value'>): number => sop.value.priority ?? DEFAULT_PRIORITY

/** The most important first; of equals, by id. */
export const byPriority = (sops: Iterable<Sop>): Sop[] =>
  [...sops].sort((a, b) => priorityOf(b) - priorityOf(a) || (a.name < b.name ? -1 : 1))
