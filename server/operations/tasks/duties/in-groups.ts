import type { Duty } from './duty-queries.ts'

/** `：「付费群1」「付费群2」`, for the end of a sentence; empty where it is not about groups. */
export const inGroups = ({ groupNames }: Pick<Duty, 'groupNames'>): string =>
  groupNames === '' ? '' : `：${groupNames}`
