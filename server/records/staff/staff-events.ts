import Type from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import { defineOwnEvent } from '../own-event.ts'

const replay = leftOut('members are as they are now')

/** A member has another userid now. Whoever keeps userids in open work replaces them; history may keep the old one. */
export const StaffRenamed = defineOwnEvent(
  'staff.renamed',
  Type.Object({ oldUserId: Type.String(), newUserId: Type.String() }),
  { forwards: false, replay },
)

/** A member is gone from the directory; their customers wait for a new guide. */
export const StaffLeft = defineOwnEvent('staff.left', Type.Object({ userId: Type.String(), leftAtMs: Type.Number() }), {
  forwards: ['userId', 'leftAtMs'],
  replay,
})
