import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import { backoffMs } from '../../core/kernel/backoff.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Executor } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import { OrderCreated, OrderPaid } from '../../records/orders/order-events.ts'
import { oncePerBook } from '../../rules/book/once-per-book.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { everyStep } from '../../rules/book/sop-branches.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { askShop } from './ask-shop.ts'
import { createEndGrant, type EndGrantDeps, type GrantEnd, taskKey } from './end-grant.ts'
import { createGiveAtShop, type GiveAtShopDeps } from './give-at-shop.ts'
import type { GrantDesk } from './grant-desk.ts'
import { type Grant, grantStore, type NewGrant, OPEN } from './grant-store.ts'
import { giftText } from './grant-text.ts'

export interface GrantsDeps extends EndGrantDeps {
  db: Db
  outbox: Outbox
  rules: Pick<RuleBookHolder, 'current'>
  tasks: Pick<Tasks, 'open'>
  grantDesk: GrantDesk
}

/** A shop that does not know somebody is asked again after so long, and at once when they order. */
const LOOK_AGAIN_MS = [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS]
const NOBODY = '认不出这位客户在店里是谁'
const gives = oncePerBook((book) =>
  [...book.sops.values()].some(({ value }) => everyStep(value.steps).some((step) => 'grant' in step)),
)

/** Coupons and points that rules give customers at the shop where they buy. A gift alone reaches nobody: no contact is counted, and
 *  who wants no marketing gets what a rule gives them all the same. */
export function createGrants(deps: GrantsDeps) {
  const { clock, outbox, rules, tasks } = deps
  const ending = createEndGrant(deps)
  let listener: (tx: Tx, key: string, text: string) => Promise<void> = () => Promise.resolve()

  const enqueue = (tx: Tx, grant: Grant, dueAtMs?: number): Promise<void> => askShop(outbox, tx, grant, dueAtMs)

  async function end(tx: Tx, grant: Grant, news: GrantEnd): Promise<boolean> {
    const text = await ending.end(tx, grant, news)
    if (text === undefined) return false
    await listener(tx, grant.key, text)
    return true
  }

  /** Nobody at the shop is this customer: looked for again until it lapses; told once, at the second time. */
  async function wait(tx: Tx, grant: Grant): Promise<void> {
    const looks = grant.looks + 1
    // Due when its time is over it is not looked for any more: it ends then, and until then their order may still bring it.
    const dueAtMs = Math.min(clock.now() + backoffMs(LOOK_AGAIN_MS, looks), grant.lapsesAtMs)
    if (clock.now() >= grant.lapsesAtMs) {
      await end(tx, grant, { kind: 'lapsed', why: NOBODY })
      return
    }
    if (!(await grantStore.lookAgain(tx, grant, NOBODY))) return
    await enqueue(tx, { ...grant, looks }, dueAtMs)
    // What WeCom knows of a new friend may come a moment later.
    if (grant.looks === 0) return
    await listener(tx, grant.key, await ending.tell(tx, grant, { kind: 'waits', untilMs: grant.lapsesAtMs }))
    if (!grant.asksGuide) return
    const { externalUserId, userId, reason } = grant
    const title = `请客户到「${ending.shopName(grant.shop)}」下一单，好把${giftText(grant)}发给 TA`
    await tasks.open(tx, { key: taskKey(grant), externalUserId, userId, kind: 'grant', title, reason })
  }

  const onOutcome: GiveAtShopDeps['onOutcome'] = async (tx, grant, outcome) => {
    if (outcome.kind === 'nobody') await wait(tx, grant)
    else if (outcome.kind === 'given') await end(tx, grant, outcome)
    else await end(tx, grant, { ...outcome, why: outcome.zh })
  }

  /** They have ordered: perhaps the shop knows them now. */
  async function lookNow(tx: Tx, externalUserId: string): Promise<void> {
    if (!gives(rules.current())) return
    for (const grant of await grantStore.waitingOf(tx, externalUserId)) {
      if (await grantStore.lookAgain(tx, grant, NOBODY)) await enqueue(tx, { ...grant, looks: grant.looks + 1 })
    }
  }

  const subscriptions: Subscription[] = [OrderCreated, OrderPaid].map((kind) =>
    subscribe(`grants.${kind.kind}`, kind, (tx, { payload }) => lookNow(tx, payload.externalUserId), {
      sideBySide: true,
    }),
  )
  const executors: Executor[] = [createGiveAtShop({ ...deps, onOutcome })]

  return {
    subscriptions,
    executors,
    /** Gives once a key, in the transaction's wake. Safe to repeat. */
    ask: async (tx: Tx, asked: NewGrant): Promise<void> => {
      const grant = await grantStore.add(tx, asked, clock.now())
      if (grant !== undefined) await enqueue(tx, grant)
    },
    /** No longer wanted: not given unless it has been tried already. True when it was still waiting. */
    withdraw: async (tx: Tx, key: string, why: string): Promise<boolean> => {
      const grant = await grantStore.byKey(tx, key)
      const isUntried = grant !== undefined && grant.triedAtMs === undefined && OPEN.includes(grant.state)
      return isUntried && end(tx, grant, { kind: 'lapsed', why })
    },
    /** Who is told what became of each, under the key by which it was asked for; set once. */
    tellOutcomesTo: (hears: typeof listener): void => {
      listener = hears
    },
  }
}
export type Grants = ReturnType<typeof createGrants>
