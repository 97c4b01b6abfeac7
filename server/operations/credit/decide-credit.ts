import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { TouchKind } from '../../records/touches/touch-tables.ts'
import type { CreditRule } from '../../rules/schema/credit-rules.ts'
import type { NamedByShop } from './named-by-shop.ts'

/** Who was a friend of the customer when the order was paid. */
export interface FriendThen {
  userId: string
  /** UTC milliseconds; 0: not known. */
  addedAtMs: number
  /** By which code. */
  channel: string | undefined
}
/** A contact by a guide before the payment. */
export interface TouchThen {
  userId: string
  kind: TouchKind
  /** The send's or welcome's name, the script's or to-do's kind. */
  about: string | undefined
  /** UTC milliseconds. */
  atMs: number
}
export interface KnownThen {
  /** UTC milliseconds. */
  paidAtMs: number
  friends: readonly FriendThen[]
  touches: readonly TouchThen[]
  /** By which the customer came first, to whomever. */
  firstChannel: string | undefined
  /** Whom and which store the shop names in the order. */
  named: NamedByShop
}

export interface Credited {
  by: CreditRule['to']
  userId: string | undefined
  /** Of a store that the shop names; undefined: that of the guide. */
  department?: number | undefined
  channel: string | undefined
  touch: TouchThen | undefined
}

/** Whose a paid order is by the rules of credit.yaml, from above; undefined: nobody's. Of two at one instant the later in its
 *  list counts, for the first friend the earlier. Decides by what was so at the payment alone. */
export function decideCredit(rules: readonly CreditRule[], known: KnownThen): Credited | undefined {
  for (const rule of rules) {
    const found = answer(rule, known)
    if (found !== undefined) return { by: rule.to, ...found }
  }
  return undefined
}

function answer(rule: CreditRule, known: KnownThen): Omit<Credited, 'by'> | undefined {
  const { paidAtMs, friends, touches, firstChannel, named } = known
  if (rule.to === 'code')
    return firstChannel === undefined ? undefined : { userId: undefined, channel: firstChannel, touch: undefined }
  const channelOf = (userId: string): string | undefined =>
    friends.find((friend) => friend.userId === userId)?.channel ?? firstChannel
  if (rule.to === 'store') {
    const { department } = named
    return department === undefined
      ? undefined
      : { userId: undefined, department, channel: firstChannel, touch: undefined }
  }
  if (rule.to === 'staff') {
    const { userId } = named
    return userId === undefined ? undefined : { userId, channel: channelOf(userId), touch: undefined }
  }
  if (rule.to === 'contact') {
    const sinceMs = paidAtMs - (rule.days ?? 0) * DAY_MS
    const touch = lastOf(
      touches.filter(
        // A moment is shown to everybody at once; nobody has spoken to this customer by it.
        ({ kind, atMs }) =>
          kind !== 'moment' && atMs >= sinceMs && atMs <= paidAtMs && (rule.by === undefined || rule.by.includes(kind)),
      ),
      ({ atMs }) => atMs,
    )
    return touch === undefined ? undefined : { userId: touch.userId, channel: channelOf(touch.userId), touch }
  }
  const friend =
    rule.to === 'newest'
      ? lastOf(friends, ({ addedAtMs }) => addedAtMs)
      : lastOf(friends.toReversed(), ({ addedAtMs }) => -addedAtMs)
  return friend === undefined
    ? undefined
    : { userId: friend.userId, channel: channelOf(friend.userId), touch: undefined }
}

const lastOf = <One>(list: readonly One[], rank: (one: One) => number): One | undefined =>
  list.reduce<One | undefined>((best, one) => (best === undefined || rank(one) >= rank(best) ? one : best), undefined)
