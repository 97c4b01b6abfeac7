import Type, { type Static } from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { defineOwnEvent } from '../own-event.ts'
import { LostBy } from './event-source.ts'

/** A guide and a customer became friends, for the first time or again. Carries the welcome code, hence its lane. */
export const CustomerAdded = defineOwnEvent(
  'customer.added',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    /** Channel name; null when the state is missing or not ours. */
    channel: Type.Union([Type.String(), Type.Null()]),
    /** As WeCom sent it. */
    state: Type.Union([Type.String(), Type.Null()]),
    /** Valid 20 s from `addedAtMs`, once. */
    welcomeCode: Type.Union([Type.String(), Type.Null()]),
    addedAtMs: Type.Number(),
    /** True when this pair was friends before. */
    again: Type.Boolean(),
    /** No event told it: a reconciliation found it, hours later perhaps, and without a welcome code. */
    found: Type.Optional(Type.Boolean()),
  }),
  {
    lane: 'welcome',
    triggers: [
      {
        name: 'customer.readded',
        zh: '重新添加好友',
        about: 'pair',
        when: ({ again }) => again,
        bringsWelcomeCode: true,
      },
      { name: 'customer.added', zh: '添加好友', about: 'pair', bringsWelcomeCode: true },
    ],
    forwards: ['userId', 'channel', 'state', 'addedAtMs', 'again', 'found'],
    replay: 'told',
  },
)

/** Whoever became a customer this long before a reconciliation noticed is not approached as new: no journey begins, nobody
 *  is asked to invite them. Tags of the channel are put all the same: where somebody came from does not grow old. */
const NEWS_FOR_MS = DAY_MS
export const isOldNews = (
  { found, addedAtMs }: { found?: boolean | undefined; addedAtMs: number },
  nowMs: number,
): boolean => found === true && nowMs - addedAtMs > NEWS_FOR_MS

export const CustomerLost = defineOwnEvent(
  'customer.lost',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    by: LostBy,
    lostAtMs: Type.Number(),
  }),
  {
    triggers: [{ name: 'customer.lost', zh: '好友流失', about: 'pair' }],
    forwards: ['userId', 'by', 'lostAtMs'],
    replay: 'told',
  },
)

/** A customer was handed over (继承): the follow of the old guide ended, the new one's goes on in its place. Neither
 *  customer.lost nor customer.added is told for it. */
export const CustomerHandedOver = defineOwnEvent(
  'customer.handed-over',
  Type.Object({
    externalUserId: Type.String(),
    fromUserId: Type.String(),
    toUserId: Type.String(),
    handedOverAtMs: Type.Number(),
  }),
  { forwards: ['fromUserId', 'toUserId', 'handedOverAtMs'], replay: leftOut('who has whom counts as it is now') },
)

const TagsChanged = Type.Object({
  externalUserId: Type.String(),
  userId: Type.String(),
  /** 组/名 */
  tags: Type.Array(Type.String(), { minItems: 1 }),
  /** A rule of ours, a guide in the sidebar, or anybody in WeCom itself. */
  by: Type.Union([Type.Literal('rule'), Type.Literal('guide'), Type.Literal('wecom')], { default: 'wecom' }),
  /** The journeys that led to it, the first one first: none of them begins again by what it did itself. */
  via: Type.Optional(Type.Array(Type.String())),
})

type TagsChanged = Static<typeof TagsChanged>
const tagFilters = {
  tag: {
    zh: '只认这个标签，写成 组/名',
    names: 'tag',
    holds: ({ tags }: TagsChanged, wanted: string) => tags.includes(wanted),
  },
  by: {
    zh: 'hand 人工打的，rule 规则打的',
    oneOf: ['hand', 'rule'],
    holds: ({ by }: TagsChanged, wanted: string) => (by === 'rule') === (wanted === 'rule'),
  },
} as const

/** Tags that a customer did not have at this guide before. */
export const TagAdded = defineOwnEvent('tag.added', TagsChanged, {
  triggers: [{ name: 'tag.added', zh: '打上标签', about: 'pair', filters: tagFilters }],
  // Tags say what is thought of somebody.
  forwards: ['userId', 'by', 'via'],
  replay: 'told',
})
/** Tags taken off a customer at one guide. Not told when the friendship ends, nor when the tag itself is deleted. */
export const TagRemoved = defineOwnEvent('tag.removed', TagsChanged, {
  triggers: [{ name: 'tag.removed', zh: '去掉标签', about: 'pair', filters: tagFilters }],
  // Tags say what is thought of somebody.
  forwards: ['userId', 'by', 'via'],
  replay: 'told',
})

/** A further welcome code for a friendship that `customer.added` has told already: the guide accepted a half add, or the
 *  customer agreed to chat archiving. One friendship still gets one welcome. */
export const WelcomeCodeGiven = defineOwnEvent(
  'customer.welcome-code',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    channel: Type.Union([Type.String(), Type.Null()]),
    state: Type.Union([Type.String(), Type.Null()]),
    welcomeCode: Type.String(),
    /** The code lives 20 s from here. */
    codeAtMs: Type.Number(),
    /** Beginning of the friendship, as in its `customer.added`; null when we never saw it begin. */
    addedAtMs: Type.Union([Type.Number(), Type.Null()]),
  }),
  { lane: 'welcome', forwards: false, replay: 'told' },
)

/** A customer is known under something new that an order may name (the id itself, a union id, a phone), or somebody serves them again. */
export const CustomerIdentified = defineOwnEvent(
  'customer.identified',
  Type.Object({ externalUserId: Type.String() }),
  { forwards: false, replay: leftOut('what waited for them is matched already') },
)

/** What was told under names that a person had said to be this customer's is theirs no more, unless WeCom says so. */
export const CustomerUnlinked = defineOwnEvent(
  'customer.unlinked',
  Type.Object({
    externalUserId: Type.String(),
    linkId: Type.Integer(),
    /** Since when it had been. */
    sinceMs: Type.Number(),
  }),
  { forwards: false, replay: leftOut('a rehearsal reads whose an order is from the order') },
)

/** The guide accepted a half add: from now on WeCom lets us tag and remark this pair. */
export const CustomerAccepted = defineOwnEvent(
  'customer.accepted',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    channel: Type.Union([Type.String(), Type.Null()]),
    addedAtMs: Type.Number(),
  }),
  { forwards: ['userId', 'channel', 'addedAtMs'], replay: 'told' },
)
