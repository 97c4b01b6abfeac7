import { leftOut } from '../../core/db/define-table.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Capability } from '../../engine/capability.ts'
import type { SignatureForms } from '../../engine/http/check-signature.ts'
import { signedRoute } from '../../engine/http/signed-route.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import { CustomerUnlinked } from '../customers/customer-events.ts'
import type { KnownNames } from '../customers/given-customer.ts'
import type { Erasures } from '../privacy/erasures.ts'
import {
  expectWaiting,
  isAnyWaiting,
  lentTo,
  ROUND,
  type WaitingRows,
  waitingFor,
  waitingSince,
} from './waiting-rows.ts'

/** One kind of thing that the shop tells of its customers, often before we know them. */
export interface ToldSource<Message> {
  /** That of its capability, and prefix of its refusals and its job: `complaints`. It is stored, so do not rename it
   *  lightly. */
  name: string
  /** Where it is posted: `/api/complaints`. */
  path: string
  /** Throws `<name>.invalid` (400) naming fields, never their values. */
  parse(value: unknown): Message
  /** Stores it and gives what is answered with 200. The same message twice changes nothing. */
  record(tx: Tx, message: Message): Promise<object>
  waiting: WaitingRows
  /** Gives a waiting row to its customer and tells of it, once; false while nobody fits, and then what was lent is lent no more.
   *  Safe to repeat. */
  settle(tx: Tx, id: number): Promise<boolean>
}

export interface ToldDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  clock: Clock
  customers: KnownNames
  erasures: Pick<Erasures, 'erasedAtMs'>
  /** ORDERS_SECRET. */
  secret: string
  /** Which signatures are taken; default: all. */
  signatures?: SignatureForms | undefined
}

export interface Told extends Required<Pick<Capability, 'routes' | 'jobs' | 'subscriptions'>> {
  /** Gives what waits to a customer of whom we have just learned a name. Safe to repeat. */
  matchWaiting(tx: Tx, externalUserId: string): Promise<void>
  /** True while something waits for its customer. */
  isAnyWaiting(tx: Tx): Promise<boolean>
}

/** What the shop tells, by a signed POST: stored at once, given to its customer as soon as that customer is known under
 *  one of the names that were told. */
export function createTold<Message>(deps: ToldDeps, source: ToldSource<Message>): Told {
  const { db, clock, customers, secret, signatures = 'any' } = deps
  const { name, path, parse, record, waiting, settle } = source
  const all = expectWaiting(db, waiting)

  async function matchWaiting(tx: Tx, externalUserId: string): Promise<void> {
    const seen = new Set<number>()
    for (;;) {
      const { ids: round, hasLinks } = await waitingFor(tx, { rows: waiting, all }, customers, externalUserId)
      // What stays is given to nobody, such as a phone that two people have: the next round finds it again.
      const fresh = round.filter((id) => !seen.has(id))
      let settled = 0
      for (const id of fresh) {
        seen.add(id)
        if (await settle(tx, id)) settled += 1
      }
      if (round.length === ROUND && settled > 0) continue
      // What WeCom says now may refute what people had said.
      if (hasLinks) await takeBack(tx, externalUserId)
      return
    }
  }

  /** A link is over: each row says itself whether it is lent by another one. */
  async function takeBack(tx: Tx, externalUserId: string): Promise<void> {
    for (let afterId = 0; ; ) {
      const round = await lentTo(tx, waiting, externalUserId, afterId)
      for (const id of round) await settle(tx, id)
      const last = round.at(-1)
      if (last === undefined) return
      afterId = last
    }
  }

  /** What was stored at the very moment its customer became known may have missed that event. */
  async function matchLate(): Promise<void> {
    const ids = await db.tx((tx) => waitingSince(tx, waiting, clock.now() - DAY_MS))
    for (const id of ids) await db.tx((tx) => settle(tx, id))
  }

  return {
    matchWaiting,
    isAnyWaiting: (tx) => isAnyWaiting(tx, waiting),
    routes: signedRoute({
      path,
      what: name,
      clock,
      secret,
      forms: signatures,
      take: async (value) => {
        const message = parse(value)
        return db.tx((tx) => record(tx, message))
      },
    }),
    subscriptions: [
      ...(waiting.lent === undefined
        ? []
        : [
            subscribe(`${name}.take-back`, CustomerUnlinked, (tx, { payload }) => takeBack(tx, payload.externalUserId)),
          ]),
    ],
    jobs: [
      {
        name: `${name}.match-late`,
        everyMs: 10 * MINUTE_MS,
        dueAt: leftOut('nobody becomes known in a rehearsal'),
        run: matchLate,
      },
    ],
  }
}
