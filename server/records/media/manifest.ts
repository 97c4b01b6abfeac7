import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { createMedia, type MediaDeps } from './media.ts'
import { mediaTables } from './media-tables.ts'

export const media = defineCapability({
  name: 'media',
  needs: ['groups'],
  tables: mediaTables,
  facts: [],
  events: [],
  rewind: leftOut('pictures are as they are now'),
  renames: nothing('holds no userid'),
  identified: nothing('it knows no customers'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: ({
    groups,
    ...deps
  }: Omit<MediaDeps, 'joinWays'> & { groups: { queries: { joinWays: MediaDeps['joinWays'] } } }) =>
    createMedia({ ...deps, joinWays: groups.queries.joinWays }),
})
