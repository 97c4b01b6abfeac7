import Type from 'typebox'
import { defineEvent } from '../../engine/inbox/event-kind.ts'

const Membership = Type.Object({
  chatId: Type.String(),
  /** Name of the group pool; null for a group of no pool. */
  pool: Type.Union([Type.String(), Type.Null()]),
  externalUserId: Type.String(),
  /** The join way's state, where the customer came by a QR code of ours. */
  state: Type.Union([Type.String(), Type.Null()]),
  atMs: Type.Number(),
})

export const GroupJoined = defineEvent('group.joined', Membership)
export const GroupLeft = defineEvent('group.left', Membership)
