import Type from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import { defineOwnEvent } from '../own-event.ts'

/** A customer complained; told once the customer is known. */
export const ComplaintMade = defineOwnEvent(
  'complaint.made',
  Type.Object({ externalUserId: Type.String(), complaintId: Type.String(), about: Type.String(), atMs: Type.Number() }),
  {
    triggers: [{ name: 'complaint.made', zh: '投诉', about: 'customer' }],
    forwards: false,
    replay: leftOut('complaints count as known from the beginning'),
  },
)
