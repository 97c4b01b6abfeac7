import Type, { type Static } from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'

/* Every step of a reading. All only read at WeCom, so all are harmless to repeat. */

const run = { runId: Type.Number() }
const part = { ...run, partId: Type.Number() }
const Cursor = Type.Union([Type.String(), Type.Null()])

/** Who has customers, with names. */
export const SyncStaff = defineAction('sync.staff', 'backfill', Type.Object(run))

/** One member who is missing in the listing of the members. */
export const SyncMember = defineAction('sync.member', 'backfill', Type.Object({ ...run, userId: Type.String() }))

/** The corp's tag library. */
export const SyncTags = defineAction('sync.tags', 'backfill', Type.Object(run))

/** Some pages of the relations of a part's guides. */
export const SyncPage = defineAction(
  'sync.page',
  'backfill',
  Type.Object({
    ...part,
    /** Where they begin; null at the beginning. */
    cursor: Cursor,
    /** Pages before these. */
    page: Type.Integer(),
    /** How often this part was begun anew; a cursor does not live forever. */
    round: Type.Integer(),
  }),
)
export type PagePayload = Static<typeof SyncPage.schema>

/** Which guides of a part, read to its end without an error, have lost customers that we still count as theirs. */
export const SyncCompare = defineAction('sync.compare', 'backfill', Type.Object(part))

/** All customers of one guide, in one answer. */
export const SyncListing = defineAction('sync.listing', 'backfill', Type.Object({ ...run, userId: Type.String() }))

/** One pair that the listing lacks. */
export const SyncRecheck = defineAction(
  'sync.recheck',
  'backfill',
  Type.Object({ ...run, userId: Type.String(), externalUserId: Type.String() }),
)

/** One page of all customer groups; where WeCom wants the owners named, of one hundred guides after another. */
export const SyncGroupList = defineAction(
  'sync.group-list',
  'backfill',
  Type.Object({
    ...run,
    cursor: Cursor,
    page: Type.Integer(),
    owners: Type.Union([Type.Object({ part: Type.Integer(), of: Type.Integer() }), Type.Null()]),
  }),
)
export type GroupListPayload = Static<typeof SyncGroupList.schema>

/** Some of a part's groups with their members. */
export const SyncGroups = defineAction('sync.groups', 'backfill', Type.Object(part))

/** Contact ways and join ways as WeCom has them. */
export const SyncWays = defineAction('sync.ways', 'backfill', Type.Object(part))

/** How many customers deleted some of the guides, day by day, by WeCom's own statistics. */
export const SyncFeedback = defineAction('sync.feedback', 'backfill', Type.Object(part))

/** All of them; what was done of a run is forgotten when it ends. */
export const SYNC_STEPS = [
  SyncStaff,
  SyncMember,
  SyncTags,
  SyncPage,
  SyncCompare,
  SyncListing,
  SyncRecheck,
  SyncGroupList,
  SyncGroups,
  SyncWays,
  SyncFeedback,
]
