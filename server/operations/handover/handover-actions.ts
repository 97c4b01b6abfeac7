import Type from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'

const Part = Type.Object({ handoverId: Type.Integer(), part: Type.Integer() })

/** Asks WeCom to begin handing over one part of a handover: at most 100 customers of one guide to another. */
export const AskForCustomers = defineAction('handover.customers', 'campaign', Part)
/** Gives one part's groups, at most 100, to their new owner. */
export const GiveGroups = defineAction('handover.groups', 'campaign', Part)
/** Reads what became of the customers under way between two guides. */
export const ReadResults = defineAction(
  'handover.results',
  'backfill',
  Type.Object({ fromUserId: Type.String(), toUserId: Type.String(), departed: Type.Boolean() }),
)
/** Reads which customers of members who left wait for a guide. */
export const ReadUnassigned = defineAction('handover.unassigned', 'backfill', Type.Object({}))
