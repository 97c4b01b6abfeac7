import type { Tx } from '../../core/db/tx.ts'
import { linkedEach } from '../customers/customer-links.ts'
import { erasedAtMs, whyNobody } from '../customers/given-customer.ts'
import { matchEach } from '../customers/match-each.ts'
import { namesOf } from './corrections-by.ts'
import { type FreshOrder, freshOrder } from './fresh-order.ts'
import { type KnownOrder, knownOrders } from './known-orders.ts'
import type { OrderMessage } from './order-body.ts'
import { orderKeys } from './order-keys.ts'
import { DEFAULT_SOURCE, type OrderKeys, type StoredOrder } from './order-store.ts'
import { putFreshOrders } from './put-fresh-orders.ts'
import type { RecordedOrder, RecordOrderDeps } from './recorded-order.ts'
import { saysNothingNew } from './says-nothing-new.ts'

/** What becomes of a message that must be recorded by itself. */
export interface Alone<Outcome> {
  /** Must it be, whatever is known? */
  isAlone(order: OrderMessage, known: readonly StoredOrder[]): boolean
  /** In its turn. `known`: what stood under its number before them all. */
  record(order: OrderMessage, known: readonly StoredOrder[]): Promise<Outcome>
}

type Plan = { kind: 'alone' } | { kind: 'same'; outcome: RecordedOrder } | { kind: 'fresh'; fresh: FreshOrder }

/** Records some hundred messages in about as many statements as one, and leaves the same tables as one after the other: what is
 *  new and plain is written together, what says nothing new is only read, and all else goes by itself in its turn. Throws
 *  MetMeanwhile: undo it, and record each alone. */
export function createRecordSet(deps: RecordOrderDeps) {
  const { clock, phoneHash, erasures } = deps

  async function planOf(
    tx: Tx,
    order: OrderMessage,
    { keys, known, nowMs }: { keys: OrderKeys; known: readonly KnownOrder[]; nowMs: number },
  ): Promise<Plan> {
    // Nobody is told of what was before they were erased.
    if (order.whole !== undefined || (await erasedAtMs(tx, keys, erasures)) !== undefined) return { kind: 'alone' }
    if (known.length === 0) {
      const isPlain = order.tells !== 'goods' && keys.shop_user_id === null
      return isPlain
        ? { kind: 'fresh', fresh: freshOrder(order, { keys, match: undefined, nowMs }) }
        : { kind: 'alone' }
    }
    const one = ofShop(order, known)
    if (one === undefined || !saysNothingNew(order, one, { keys, nowMs })) return { kind: 'alone' }
    const matched = one.row.external_userid !== null
    const nobody = matched || namesOf(one.row, keys) ? undefined : whyNobody(order.customer)
    return { kind: 'same', outcome: { result: 'unchanged', matched, nobody } }
  }

  /** Whose the new ones are; an order that is lent by a person's word goes alone. */
  async function matched(tx: Tx, plans: Plan[], keys: readonly OrderKeys[], nowMs: number): Promise<void> {
    const NONE = { given_external_userid: null, given_unionid: null, phone_hash: null }
    const names = plans.map((plan, nth) => (plan.kind === 'fresh' ? (keys[nth] ?? NONE) : NONE))
    const found = await matchEach(tx, names)
    const lent = await linkedEach(
      tx,
      names.map((one, nth) => (found[nth] === undefined ? one : NONE)),
    )
    for (const [nth, plan] of plans.entries()) {
      const [own, match] = [keys[nth], found[nth]]
      if (plan.kind !== 'fresh' || own === undefined) continue
      if (match !== undefined) plan.fresh = freshOrder(plan.fresh.order, { keys: own, match, nowMs })
      else if (lent[nth] !== undefined) plans[nth] = { kind: 'alone' }
    }
  }

  return async function recordSet<Outcome>(
    tx: Tx,
    orders: readonly OrderMessage[],
    alone: Alone<Outcome>,
  ): Promise<(RecordedOrder | Outcome)[]> {
    const nowMs = clock.now()
    const catalogue = deps.rules?.current().catalogue
    const known = await knownOrders(
      tx,
      orders.map(({ orderId }) => orderId),
    )
    const times = new Map<string, number>()
    for (const { orderId } of orders) times.set(orderId, (times.get(orderId) ?? 0) + 1)
    const keys = orders.map(({ customer }) => orderKeys(customer, phoneHash))
    const plans: Plan[] = []
    for (const [nth, order] of orders.entries()) {
      const before = known.get(order.orderId) ?? []
      const rows = before.map(({ row }) => row)
      const own = keys[nth]
      const mustBeAlone = own === undefined || times.get(order.orderId) !== 1 || alone.isAlone(order, rows)
      plans.push(mustBeAlone ? { kind: 'alone' } : await planOf(tx, order, { keys: own, known: before, nowMs }))
    }
    await matched(tx, plans, keys, nowMs)

    const outcomes: (RecordedOrder | Outcome)[] = []
    let waiting: FreshOrder[] = []
    const put = async (): Promise<void> => {
      const fresh = waiting
      waiting = []
      await putFreshOrders(tx, fresh, { ...deps, catalogue })
    }
    for (const [nth, order] of orders.entries()) {
      const plan = plans[nth]
      if (plan?.kind === 'fresh') {
        waiting.push(plan.fresh)
        outcomes.push(outcomeOf(plan.fresh))
      } else if (plan?.kind === 'same') outcomes.push(plan.outcome)
      else {
        await put()
        const before = known.get(order.orderId) ?? []
        outcomes.push(
          await alone.record(
            order,
            before.map(({ row }) => row),
          ),
        )
      }
    }
    await put()
    return outcomes
  }
}

/** Undefined: of a shop that has told none of these, or one cannot say of which. */
function ofShop({ source }: OrderMessage, known: readonly KnownOrder[]): KnownOrder | undefined {
  if (source === undefined) return known.length === 1 ? known[0] : undefined
  const own = known.find(({ row }) => row.source === source)
  // An order of no shop may be this one's.
  return source !== DEFAULT_SOURCE && known.some(({ row }) => row.source === DEFAULT_SOURCE) ? undefined : own
}

const outcomeOf = ({ externalUserId, row, order }: FreshOrder): RecordedOrder => {
  const matched = externalUserId !== undefined
  const isNamed = row.given_external_userid !== null || row.given_unionid !== null || row.phone_hash !== null
  return { result: 'stored', matched, nobody: matched || isNamed ? undefined : whyNobody(order.customer) }
}
