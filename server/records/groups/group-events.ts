import Type, { type Static } from 'typebox'
import { defineOwnEvent } from '../own-event.ts'

const Membership = Type.Object({
  chatId: Type.String(),
  /** Name of the group pool; null for a group of no pool. */
  pool: Type.Union([Type.String(), Type.Null()]),
  externalUserId: Type.String(),
  /** The join way's state, where the customer came by a QR code of ours. */
  state: Type.Union([Type.String(), Type.Null()]),
  atMs: Type.Number(),
})

const use = { forwards: ['chatId', 'pool', 'state', 'atMs'], replay: 'told' } as const
const filters = {
  pool: {
    zh: '只认这个群池',
    names: 'pool',
    holds: ({ pool }: Static<typeof Membership>, wanted: string) => pool === wanted,
  },
} as const

export const GroupJoined = defineOwnEvent('group.joined', Membership, {
  ...use,
  triggers: [{ name: 'group.joined', zh: '入群', about: 'customer', filters }],
})
export const GroupLeft = defineOwnEvent('group.left', Membership, {
  ...use,
  triggers: [{ name: 'group.left', zh: '退群', about: 'customer', filters }],
})
