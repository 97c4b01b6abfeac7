import Type, { type Static } from 'typebox'
import { OrNull } from './contract-base.ts'
import { Script } from './contract-scripts.ts'

/** A member as the guide may see them; `externalUserId` only where a tap can open the chat: one's own friend. */
export const GroupPerson = Type.Object({
  externalUserId: OrNull(Type.String()),
  /** As in the group, or their nickname; null while neither is known. */
  name: OrNull(Type.String()),
  /** Why they are listed, for people. */
  text: Type.String(),
})
export type GroupPerson = Static<typeof GroupPerson>

/** Some of them, with how many there are. */
export const GroupPeople = Type.Object({ total: Type.Integer(), people: Type.Array(GroupPerson) })
export type GroupPeople = Static<typeof GroupPeople>

const GroupToday = Type.Object({
  /** Calendar and theme: 科普群周历·煎法课 */
  name: Type.String(),
  atMs: Type.Number(),
  text: Type.String(),
  attachments: Type.Integer(),
  /** `waiting`: for the group's owner; `not`: and it will not come any more. */
  state: Type.Union([Type.Literal('coming'), Type.Literal('waiting'), Type.Literal('sent'), Type.Literal('not')]),
  /** The same for people, with the reason. */
  stateText: Type.String(),
})
export type GroupToday = Static<typeof GroupToday>

/** GET groups/:chatId — what a guide needs beside a customer group. Instants in UTC milliseconds. */
export const GroupPane = Type.Object({
  chatId: Type.String(),
  /** Empty: WeCom names a group only when somebody did. */
  name: Type.String(),
  /** By the rules; null: no pool claims the group. */
  pool: OrNull(
    Type.Object({
      name: Type.String(),
      /** 科普群、付费群、VIP 群、其他 */
      role: Type.String(),
      /** Who belongs here, in words. */
      entry: Type.String(),
      capacity: Type.Integer(),
    }),
  ),
  owner: OrNull(Type.Object({ name: Type.String(), isMe: Type.Boolean() })),
  createdAtMs: OrNull(Type.Number()),
  /** With staff. */
  members: Type.Integer(),
  customers: Type.Integer(),
  /** Of the customers those who are nobody's friend: nothing is known of them. */
  strangers: Type.Integer(),
  /** Do not meet the pool's condition; null without a pool. */
  outside: OrNull(GroupPeople),
  /** Meet another pool's condition and are in none of its groups. */
  elsewhere: GroupPeople,
  /** In several groups of this pool. */
  duplicates: GroupPeople,
  /** Joined within a week, the newest first. */
  newcomers: GroupPeople,
  /** Those whom one may see, by what they paid. */
  best: GroupPeople,
  scripts: Type.Array(Script),
  /** What calendars bring into it today, first things first; from a server before it had them: absent. */
  today: Type.Optional(Type.Array(GroupToday)),
})
export type GroupPane = Static<typeof GroupPane>
