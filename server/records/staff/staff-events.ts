import Type from 'typebox'
import { defineEvent } from '../../engine/inbox/event-kind.ts'

/** A member has another userid now. Whoever keeps userids in open work replaces them; history may keep the old one. */
export const StaffRenamed = defineEvent(
  'staff.renamed',
  Type.Object({ oldUserId: Type.String(), newUserId: Type.String() }),
)

/** A member is gone from the directory; their customers wait for a new guide. */
export const StaffLeft = defineEvent('staff.left', Type.Object({ userId: Type.String(), leftAtMs: Type.Number() }))
