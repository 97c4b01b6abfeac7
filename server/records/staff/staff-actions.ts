import Type from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'

/** Reads one member again: user/get. Harmless to repeat. */
export const RefreshStaff = defineAction(
  'staff.refresh',
  'event',
  Type.Object({
    userId: Type.String(),
    /** An event said that they left then, UTC milliseconds; the reading confirms it or not. */
    leftAtMs: Type.Optional(Type.Number()),
  }),
)

/** Reads who may have customers, and everybody's name. Harmless to repeat. */
export const ListStaff = defineAction('staff.list', 'backfill', Type.Object({}))
