import Type, { type Static } from 'typebox'
import { ChangeKey, OrNull, PageQuery, SeenFact, Why } from './contract-base.ts'
import { ProfileFieldView } from './contract-fields.ts'
import { OrderSummary } from './contract-orders.ts'
import { ChatMessage, Script } from './contract-scripts.ts'

export type { SeenFact, Why } from './contract-base.ts'
export { PageQuery } from './contract-base.ts'
export * from './contract-day.ts'
export * from './contract-fields.ts'
export * from './contract-groups.ts'
export * from './contract-notes.ts'
export * from './contract-orders.ts'
export * from './contract-scripts.ts'

/** What the sidebar and the server say to each other: one schema per request and answer. The sidebar imports the types
 *  only. Money is integer fen, instants are UTC milliseconds, tags are written 组/名. */
/** GET boot: what the page must know before anybody is logged in. */
export const Boot = Type.Object({
  corpId: Type.String(),
  agentId: Type.Integer(),
  /** `sandbox`: the address says which guide sits there. */
  platform: Type.Union([Type.Literal('wecom'), Type.Literal('sandbox')]),
})
export type Boot = Static<typeof Boot>

export const AuditQuery = Type.Object({ before: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })) })
/** GET audit?before=<seq> — who did what and who saw whom, newest first; for the owner and the auditor. */
export const AuditPage = Type.Object({
  rows: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      atMs: Type.Number(),
      /** userid, or who sat at the command line. */
      actor: Type.String(),
      actorKind: Type.String(),
      origin: Type.String(),
      what: Type.String(),
      /** external_userid; null: about nobody, or erased. */
      customer: OrNull(Type.String()),
      /** JSON. */
      detail: Type.String(),
    }),
  ),
  nextBefore: OrNull(Type.String()),
})

/** GET me */
export const Me = Type.Object({
  userId: Type.String(),
  name: Type.String(),
  /** Another one for another login; says nothing about it. */
  session: Type.String(),
})
export type Me = Static<typeof Me>

/** GET jssdk-signature?kind=corp|agent&url=… ; `url` without its `#…`. */
export const SignatureQuery = Type.Object({
  kind: Type.Union([Type.Literal('corp'), Type.Literal('agent')]),
  url: Type.String({ minLength: 1, maxLength: 2_048 }),
})
export const Signature = Type.Object({ timestamp: Type.Integer(), nonceStr: Type.String(), signature: Type.String() })
export type Signature = Static<typeof Signature>

export const CustomerTag = Type.Object({
  name: Type.String(),
  /** A person's tag is never taken away by a rule. */
  byHand: Type.Boolean(),
  /** `规则自动打上`, `林夏手动打上`, `在企业微信里打上`. */
  setBy: Type.String(),
  setAtMs: OrNull(Type.Number()),
  why: OrNull(Why),
})
export type CustomerTag = Static<typeof CustomerTag>

/** GET customers/:externalUserId — who this is, at one glance. */
export const Profile = Type.Object({
  externalUserId: Type.String(),
  name: OrNull(Type.String()),
  avatar: OrNull(Type.String()),
  /** Employer, for contacts who use WeCom themselves. */
  corpName: OrNull(Type.String()),
  /** The guide in whose place one looks, where it is not one's own customer. */
  standsInFor: OrNull(Type.String()),
  /** One may look and change nothing: whoever sees all customers, and after the end of a friendship. */
  isReadOnly: Type.Boolean(),
  /** For {退订链接} in scripts; null: there is none, or no script asks for it. */
  optOutUrl: OrNull(Type.String()),
  /** For {链接:名字} in scripts, by the name; those that a script asks for. */
  links: Type.Record(Type.String(), Type.String()),
  /** The friendship is over. Nothing of what came after it is shown. */
  lost: OrNull(
    Type.Object({
      by: Type.Union([Type.Literal('customer'), Type.Literal('guide'), Type.Literal('unknown')]),
      atMs: Type.Number(),
      /** What may still be done, one Chinese sentence each. */
      help: Type.Array(Type.String()),
    }),
  ),
  /** This guide's remark. */
  remark: OrNull(Type.String()),
  /** How this guide got to know them. */
  source: Type.Object({
    channel: OrNull(Type.String()),
    addWay: OrNull(Type.String()),
    addedAtMs: OrNull(Type.Number()),
    /** How the house did, where that was otherwise. */
    first: OrNull(Type.Object({ channel: OrNull(Type.String()), guide: OrNull(Type.String()), atMs: Type.Number() })),
  }),
  /** Shanghai calendar days since this guide's follow began. */
  days: OrNull(Type.Integer()),
  /** Where the customer stands on each ladder. */
  tiers: Type.Array(
    Type.Object({
      ladder: Type.String(),
      level: Type.String(),
      /** Where everybody begins. */
      isLowest: Type.Boolean(),
      /** `4 级里的第 2 级` */
      place: Type.String(),
      sinceMs: Type.Number(),
      why: Why,
    }),
  ),
  /** Of profile.yaml, as far as this person may see them. */
  fields: Type.Array(ProfileFieldView),
  /** The note that stands above the others. */
  pinned: OrNull(Type.Object({ text: Type.String(), by: Type.String(), atMs: Type.Number() })),
  /** `1990-05-20`, or `05-20` without a year. */
  birthday: OrNull(Type.Object({ date: Type.String(), daysUntil: Type.Integer() })),
  tags: Type.Array(CustomerTag),
  groups: Type.Array(Type.Object({ name: Type.String(), pool: OrNull(Type.String()) })),
  welcome: OrNull(
    Type.Object({
      /** `unsure`: our call was cut off; only a look into the chat tells. */
      state: Type.Union([
        Type.Literal('sent'),
        Type.Literal('waiting'),
        Type.Literal('unsure'),
        Type.Literal('not-sent'),
      ]),
      text: Type.String(),
      atMs: OrNull(Type.Number()),
    }),
  ),
  /** `正在从张三转给李四，等待客户确认，最迟 11月23日 09:05 自动完成`, while the customer is being handed over. */
  handover: OrNull(Type.String()),
  /** Other guides who are friends with this customer. */
  otherGuides: Type.Array(Type.String()),
  journeys: Type.Array(
    Type.Object({ title: Type.String(), next: OrNull(Type.String()), nextAtMs: OrNull(Type.Number()) }),
  ),
  orders: OrderSummary,
  /** `约 12 天买一次，预计 90 天内买 1.5 次、花 420 元（今天估的）`; null: too little is known. */
  rhythm: OrNull(Type.String()),
  /** What a guide should not overlook, with its reason; at most one. */
  marks: Type.Array(Type.Object({ text: Type.String(), why: Why })),
  /** What GET customers/:externalUserId/version gives as long as nothing has happened since. */
  version: Type.String(),
})
export type Profile = Static<typeof Profile>

/** GET customers/:externalUserId/version — cheap; another text when anything that the page shows may have changed. */
export const PageVersion = Type.Object({ version: Type.String() })
export type PageVersion = Static<typeof PageVersion>

/** GET customers/:externalUserId/journeys — each SOP with every step and why; and why not in the others. */
export const Journeys = Type.Object({
  /** All that the customer ever entered. */
  total: Type.Integer(),
  /** Under way first, then the newest; at most 20. */
  journeys: Type.Array(
    Type.Object({
      title: Type.String(),
      version: Type.String(),
      state: Type.Union([Type.Literal('active'), Type.Literal('finished'), Type.Literal('goal'), Type.Literal('left')]),
      /** One of the comparison group: nothing is done, it is only watched how things go. */
      isWatched: Type.Boolean(),
      enteredAtMs: Type.Number(),
      /** `添加好友`: what let the customer in, and what was looked at then. */
      entered: Type.String(),
      facts: Type.Array(SeenFact),
      /** While under way: what the customer stands at, what comes after it, and when. */
      now: OrNull(Type.String()),
      next: OrNull(Type.String()),
      nextAtMs: OrNull(Type.Number()),
      endedAtMs: OrNull(Type.Number()),
      endReason: OrNull(Type.String()),
      /** Newest first. */
      steps: Type.Array(
        Type.Object({
          atMs: Type.Number(),
          text: Type.String(),
          facts: Type.Array(SeenFact),
          /** That decided; null where nothing was decided. */
          version: OrNull(Type.String()),
        }),
      ),
    }),
  ),
  notIn: Type.Array(
    Type.Object({
      title: Type.String(),
      version: Type.String(),
      why: Type.String(),
      /** The last time that something might have let the customer in. */
      last: OrNull(Type.Object({ atMs: Type.Number(), text: Type.String() })),
    }),
  ),
})
export type Journeys = Static<typeof Journeys>
export type JourneyWhy = Journeys['journeys'][number]
export type NotInWhy = Journeys['notIn'][number]

/** GET customers/:externalUserId/tasks — this guide's open to-dos with this customer, soonest first. */
export const Tasks = Type.Object({
  /** For a lead: the guides to whom a to-do may be given. */
  handTo: Type.Optional(Type.Array(Type.Object({ userId: Type.String(), name: Type.String() }))),
  /** What the customer's other guides are asked for; not what they wrote to themselves. A server of before tells nothing. */
  others: Type.Optional(Type.Array(Type.Object({ guide: Type.String(), title: Type.String() }))),
  tasks: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.String(),
      title: Type.String(),
      detail: OrNull(Type.String()),
      dueAtMs: OrNull(Type.Number()),
      openedAtMs: Type.Number(),
      why: OrNull(Why),
      script: OrNull(Script),
      /** From the platform or the pane that it was done: sent so long ago; null: nothing is known. */
      sentAtMs: OrNull(Type.Number()),
      /** Is it done by sending something? */
      asksForMessage: Type.Boolean(),
      /** For an invitation: the pool, and its code ready to send; empty while the code is being prepared. */
      invitation: OrNull(Type.Object({ pool: Type.String(), messages: Type.Array(ChatMessage) })),
    }),
  ),
})
export type Tasks = Static<typeof Tasks>
export type GuideTask = Tasks['tasks'][number]

/** POST customers/:externalUserId/tasks/:taskId/done ; the same twice changes nothing. */
export const TaskDone = Type.Object(
  { note: Type.Optional(Type.String({ maxLength: 200 })) },
  { additionalProperties: false },
)

/** POST customers/:externalUserId/tasks/:taskId/later — not now; comes back then. At most 60 days. */
export const TaskLater = Type.Object({ untilMs: Type.Number({ minimum: 0 }) }, { additionalProperties: false })

/** POST customers/:externalUserId/tasks/:taskId/wrong — should not have been asked; `note`: why, for whoever keeps the rules. */
export const TaskWrong = Type.Object(
  { note: Type.Optional(Type.String({ maxLength: 200 })) },
  { additionalProperties: false },
)

/** POST customers/:externalUserId/tasks/:taskId/hand-on — a lead gives it to another of `handTo`. */
export const TaskHandOn = Type.Object(
  { toUserId: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false },
)

/** GET customers/:externalUserId/timeline?before=…&only=people|orders — newest first, 30 at a time. */
export const TimelineQuery = Type.Object({
  ...PageQuery.properties,
  only: Type.Optional(Type.Union([Type.Literal('people'), Type.Literal('orders')])),
})
export const Timeline = Type.Object({
  entries: Type.Array(
    Type.Object({
      id: Type.Integer(),
      atMs: Type.Number(),
      kind: Type.String(),
      text: Type.String(),
      /** Decided by a rule, not done by people. */
      isRule: Type.Boolean(),
      why: OrNull(Why),
    }),
  ),
  /** `before` of the next page, `<instant>-<id>` of the last entry; null at the end. */
  nextBefore: OrNull(Type.String()),
})
export type Timeline = Static<typeof Timeline>
export type TimelineEntry = Timeline['entries'][number]

/** GET tags — the tags there are, by group, in the order of the file; `locked`: those that rules keep, and why. */
export const TagGroups = Type.Object({
  groups: Type.Array(
    Type.Object({
      group: Type.String(),
      names: Type.Array(Type.String()),
      locked: Type.Optional(Type.Array(Type.Object({ name: Type.String(), why: Type.String() }))),
    }),
  ),
})
export type TagGroups = Static<typeof TagGroups>

/** POST customers/:externalUserId/tags */
export const TagChange = Type.Object(
  {
    add: Type.Array(Type.String({ minLength: 3, maxLength: 61 }), { maxItems: 50 }),
    remove: Type.Array(Type.String({ minLength: 3, maxLength: 61 }), { maxItems: 50 }),
    key: ChangeKey,
  },
  { additionalProperties: false },
)
export type TagChange = Static<typeof TagChange>

/** POST customers/:externalUserId/remark; empty takes the remark away. WeCom: ≤20 characters. `saw`: what stood there for the
 *  guide, and what a change of theirs that is still under way makes of it; any other remark by now is refused with 409. */
export const RemarkChange = Type.Object(
  {
    remark: Type.String({ maxLength: 20 }),
    saw: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 2 }),
    key: ChangeKey,
  },
  { additionalProperties: false },
)
export type RemarkChange = Static<typeof RemarkChange>

const MessageKinds = Type.Array(Type.Index(ChatMessage, ['msgtype']), { maxItems: 10 })
/** Of several messages only these went, after so many of the same that went before (`before`: of these kinds); the same `key` tells
 *  the rest. */
const SentPart = Type.Object(
  {
    after: Type.Integer({ minimum: 0, maximum: 20 }),
    before: Type.Optional(MessageKinds),
    went: MessageKinds,
    refused: MessageKinds,
  },
  { additionalProperties: false },
)

/** Proposals that are drawn one above the other. */
export const SHOWN_AT_MOST = 10

/** POST customers/:externalUserId/sent — the guide has sent this. `key` is made by the sidebar, once per tap. */
export const Sent = Type.Object(
  {
    key: Type.String({ pattern: '^[0-9a-zA-Z-]{8,64}$' }),
    scriptId: Type.Optional(Type.String({ maxLength: 40 })),
    taskId: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
    /** Which of the list that was drawn it was, from 1. */
    place: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
    /** That list, by id. */
    shown: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: SHOWN_AT_MOST })),
    part: Type.Optional(SentPart),
  },
  { additionalProperties: false },
)
export type Sent = Static<typeof Sent>

const Day = OrNull(Type.String({ pattern: '^(\\d{4}-)?\\d{2}-\\d{2}$' }))
/** POST customers/:externalUserId/birthday — `1990-05-20` or `05-20`; null forgets it. `saw`: what the guide changed; another
 *  birthday by now is refused with 409. */
export const BirthdayChange = Type.Object({ birthday: Day, saw: Day }, { additionalProperties: false })
export type BirthdayChange = Static<typeof BirthdayChange>

/** The answer to a change that WeCom must still carry out, or that is done. */
export const Accepted = Type.Object({ ok: Type.Literal(true) })
export type Accepted = Static<typeof Accepted>

/** Every refusal. `zh` is for the person at the screen. */
export const Refusal = Type.Object({ code: Type.String(), zh: Type.String() })
export type Refusal = Static<typeof Refusal>
