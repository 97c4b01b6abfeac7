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
  /** What is asked of this member without a customer, soonest due first; from a server before it had them: absent. */
  duties: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String(),
        title: Type.String(),
        groups: Type.String(),
        script: OrNull(Type.String()),
        /** What they write when it is done; null: nothing. */
        evidence: OrNull(Type.String()),
        dueAtMs: Type.Number(),
      }),
    ),
  ),
  /** How many those are, of which at most 50 are listed. */
  dutiesTotal: Type.Optional(Type.Integer()),
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
  /** Mass-sends that wait for this guide's yes in WeCom. `sends`: of which `tasks` are the parts, each with a yes of its own; absent
   *  from a server of the release before. */
  sends: Type.Object({
    tasks: Type.Integer(),
    sends: Type.Optional(Type.Integer()),
    customers: Type.Integer(),
    groups: Type.Integer(),
  }),
})
export type MyDay = Static<typeof MyDay>

/** POST day/duties/:dutyId/done — `note`: what was asked for as evidence. The same twice changes nothing; one that ended in another
 *  way is refused with 409, and nothing is kept. */
export const DutyDone = Type.Object(
  { note: Type.Optional(Type.String({ maxLength: 200 })) },
  { additionalProperties: false },
)

/** POST day/duties/:dutyId/wrong — should not have been asked; `note`: why, for whoever keeps the rules. 409 as for done. */
export const DutyWrong = Type.Object(
  { note: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
)

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

/** GET day/find?q=… — one's own customers by nickname, remark, tag or what they bought last; at most 30. */
export const FindQuery = Type.Object({ q: Type.String({ minLength: 1, maxLength: 40 }) })
export const FoundFriends = Type.Object({
  total: Type.Integer(),
  friends: Type.Array(
    Type.Object({
      externalUserId: Type.String(),
      name: OrNull(Type.String()),
      remark: OrNull(Type.String()),
      /** Of tags and what was bought last, that in which the words stand; empty: in neither. */
      because: Type.String(),
    }),
  ),
})
export type FoundFriends = Static<typeof FoundFriends>
