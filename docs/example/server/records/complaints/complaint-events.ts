import Type from 'typebox'
import { defineEvent } from '../../engine/inbox/event-kind.ts'

/** A customer complained; told once the customer is known. */
export const ComplaintMade = defineEvent(
  'complaint.made',
  Type.Object({ externalUserId: Type.String(), complaintId: Type.String(), about: Type.String(), atMs: Type.Number() }),
)
