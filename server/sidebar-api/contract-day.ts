import Type, { type Static } from 'typebox'
import { OrNull } from './contract-base.ts'

/** GET day — what waits for this guide over all their customers; what is late and who is worth most first. */
export const MyDay = Type.Object({
  tasks: Type.Array(
    Type.Object({
      id: Type.String(),
      externalUserId: Type.String(),
      name: OrNull(Type.String()),
      title: Type.String(),
      dueAtMs: OrNull(Type.Number()),
      paidSumFen: Type.Integer(),
    }),
  ),
  tasksTotal: Type.Integer(),
  /** Within a week. */
  birthdays: Type.Array(
    Type.Object({
      externalUserId: Type.String(),
      name: OrNull(Type.String()),
      date: Type.String(),
      daysUntil: Type.Integer(),
    }),
  ),
  /** Since yesterday morning. */
  lost: Type.Array(
    Type.Object({
      externalUserId: Type.String(),
      name: OrNull(Type.String()),
      atMs: Type.Number(),
      by: Type.Union([Type.Literal('customer'), Type.Literal('guide'), Type.Literal('unknown')]),
    }),
  ),
  /** Mass-sends that wait for this guide's yes in WeCom. */
  sends: Type.Object({ tasks: Type.Integer(), customers: Type.Integer(), groups: Type.Integer() }),
})
export type MyDay = Static<typeof MyDay>

/** Of one span. `valuePerFriendFen`: 月粉效, what came in by friends for each friend there was when it began; null: there was none. `creditFen`: orders that credit.yaml gives to this guide, less what came back; null: there are no such rules. */
const Figures = Type.Object({
  adds: Type.Integer(),
  firstOrders: Type.Integer(),
  paidFen: Type.Integer(),
  friendsAtStart: Type.Integer(),
  valuePerFriendFen: OrNull(Type.Integer()),
  creditFen: OrNull(Type.Integer()),
})

/** GET day/numbers — a guide's own customers only. `lastMonth`: from its beginning as far as this month has come;
 *  `lastMonthWhole`: all of it. Shanghai days and months. */
export const MyNumbers = Type.Object({
  today: Figures,
  month: Figures,
  lastMonth: Figures,
  lastMonthWhole: Figures,
})
export type MyNumbers = Static<typeof MyNumbers>

/** GET day/find?q=… — one's own customers by nickname or remark; at most 30. */
export const FindQuery = Type.Object({ q: Type.String({ minLength: 1, maxLength: 40 }) })
export const FoundFriends = Type.Object({
  total: Type.Integer(),
  friends: Type.Array(
    Type.Object({ externalUserId: Type.String(), name: OrNull(Type.String()), remark: OrNull(Type.String()) }),
  ),
})
export type FoundFriends = Static<typeof FoundFriends>
