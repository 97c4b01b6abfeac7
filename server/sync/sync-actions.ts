import Type, { type Static } from 'typebox'
import { defineAction } from '../actions/action-kind.ts'

const run = {
  /** When the run began, UTC milliseconds: tells one run's actions from another's. */
  startedAtMs: Type.Number(),
}

/** Who has customers, with names; the customers' pages follow from it. Harmless to repeat. */
export const SyncStaff = defineAction('sync.staff', 'backfill', Type.Object(run))

/** One page of the relations of up to 100 guides. Harmless to repeat. */
export const SyncRelations = defineAction(
  'sync.relations',
  'backfill',
  Type.Object({
    ...run,
    userIds: Type.Array(Type.String(), { minItems: 1, maxItems: 100 }),
    /** Where the page begins; null for the first. */
    cursor: Type.Union([Type.String(), Type.Null()]),
    page: Type.Integer(),
    /** How often this part was begun anew; a cursor does not live forever. */
    round: Type.Integer(),
  }),
)
export type RelationsPart = Static<typeof SyncRelations.schema>
