import type { Sop } from './rule-book.ts'

/** Of a journey, and of a to-do, whose rule says nothing; 0 to 100, the higher goes first. */
export const DEFAULT_PRIORITY = 50

export const priorityOf = (sop: Pick<Sop, 'value'>): number => sop.value.priority ?? DEFAULT_PRIORITY

/** The most important first; of equals, by id. */
export const byPriority = (sops: Iterable<Sop>): Sop[] =>
  [...sops].sort((a, b) => priorityOf(b) - priorityOf(a) || (a.name < b.name ? -1 : 1))
