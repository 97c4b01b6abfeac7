import Type from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'
import { EventSource, SourcedAdd, SourcedLoss } from './event-source.ts'

/** Reads a customer again: externalcontact/get, all followers. Harmless to repeat. */
export const RefreshCustomer = defineAction('customer.refresh', 'event', Type.Object({ externalUserId: Type.String() }))

/** Reads whose customer it is now, for an add or a loss that may be a handover from WeCom's console. Harmless to repeat. */
export const ResolveMove = defineAction(
  'customer.resolve-move',
  'event',
  Type.Union([Type.Object({ add: SourcedAdd }), Type.Object({ loss: SourcedLoss })]),
)

/** Reads whether they are friends still, for a pair of which something says that they may not be. Harmless to repeat. */
export const ResolveLoss = defineAction(
  'customer.resolve-loss',
  'backfill',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    /** UTC milliseconds; absent: WeCom has not said that they were none. */
    noFriendsAtMs: Type.Optional(Type.Number()),
    told: EventSource,
  }),
)

/** Writes what a guide sees as the customer's name. Harmless to repeat. */
export const SetRemark = defineAction(
  'remark.set',
  'event',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    remark: Type.Optional(Type.String()),
  }),
)
