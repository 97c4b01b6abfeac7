import type { TagGroups } from '../../../server/sidebar-api/contract.ts'

/** The tags to choose from as they were last seen in this window: the same for every customer, and there without a network,
 *  too. */
export const keptTagGroups = new Map<string, TagGroups>()
