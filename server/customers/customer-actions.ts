import Type from 'typebox'
import { defineAction } from '../actions/action-kind.ts'

/** Reads a customer again: externalcontact/get, all followers. Harmless to repeat. */
export const RefreshCustomer = defineAction('customer.refresh', 'event', Type.Object({ externalUserId: Type.String() }))

/** Writes what a guide sees as the customer's name. Harmless to repeat. */
export const SetRemark = defineAction(
  'remark.set',
  'event',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    remark: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
  }),
)
