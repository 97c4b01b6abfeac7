import type { Db } from '../../core/db/db.ts'
import { every, list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { PushedVisit } from '../../platform/shops/shop-connection.ts'
import { namedCustomer } from '../../records/customers/given-customer.ts'
import type { VisitMessage } from '../../records/visits/visit-body.ts'
import type { Visits } from '../../records/visits/visits.ts'
import { keepBuyers, unionIdsOf } from './shop-memory.ts'
import { SHOP_CONNECTION, SHOP_HINT, type ToldBy } from './shop-tables.ts'

export interface Hint {
  shop: string
  subject: string
  toldBy: ToldBy
  /** UTC milliseconds: not read before. */
  dueAtMs: number
}

const h = SHOP_HINT

/** Writes down what is to be read. A subject that waits already is read once, and once more when it is being read just now; one
 *  that was given up is taken up again. Safe to repeat. */
export async function putHints(tx: Tx, hints: readonly Hint[], nowMs: number): Promise<void> {
  const each = [...new Map(hints.map((hint) => [`${hint.shop}/${hint.subject}`, hint])).values()]
  if (each.length === 0) return
  await tx.increase(
    h,
    each.map(({ shop, subject, toldBy, dueAtMs }) => ({
      shop,
      subject,
      revision: 1,
      told_by: toldBy,
      state: 'new' as const,
      due_at: dueAtMs,
      received_at: nowMs,
    })),
    ['shop', 'subject'],
    'revision',
  )
  const subjects = list(each.map(({ subject }) => subject))
  const shops = list([...new Set(each.map(({ shop }) => shop))])
  const isGivenUp = every([sql`${h.state} = 'dead'`, sql`${h.shop} IN ${shops}`, sql`${h.subject} IN ${subjects}`])
  await tx.run(sql`UPDATE ${h} SET ${set(h, { state: 'new', attempts: 0, due_at: nowMs })} WHERE ${isGivenUp}`)
}

/** Bounded, so that one commit never holds the event loop or the database for long. */
const MOST_A_COMMIT = 500

/** What one push tells. */
export interface Told {
  hints: Hint[]
  buyers: { shop: string; shopUserId: string; unionId: string }[]
  visits: { shop: string; visit: PushedVisit }[]
}

interface Waiting extends Told {
  resolve: () => void
  reject: (error: unknown) => void
}

/** Stores what pushes tell before they are answered: the promise resolves after the commit. Pushes that come while a commit is
 *  under way share the next one. */
export function createKeepHints({ db, clock, visits }: { db: Db; clock: Clock; visits: Pick<Visits, 'record'> }) {
  let queue: Waiting[] = []
  let isCommitting = false

  async function store(batch: Waiting[]): Promise<void> {
    const now = clock.now()
    const hints = batch.flatMap((one) => one.hints)
    const shops = [...new Set(hints.map(({ shop }) => shop))]
    await db.tx(async (tx) => {
      await putHints(tx, hints, now)
      await keepBuyers(
        tx,
        batch.flatMap(({ buyers }) => buyers),
        now,
      )
      if (shops.length === 0) return
      const c = SHOP_CONNECTION
      await tx.run(sql`UPDATE ${c} SET ${set(c, { pushed_at: now })} WHERE ${c.shop} IN ${list(shops)}`)
    }, 'accept')
  }

  /** Of the same source as the shop's orders. Whose union id no push has told yet has no name by which we could know them. */
  async function recordVisits(tx: Tx, told: Told['visits']): Promise<void> {
    const c = SHOP_CONNECTION
    const shops = list([...new Set(told.map(({ shop }) => shop))])
    const rows = await tx.rows(sql`SELECT ${pick(c, 'shop', 'source')} FROM ${c} WHERE ${c.shop} IN ${shops}`)
    const sources = new Map(rows.map((row) => [row.shop, row.source]))
    const unnamed = told.flatMap(({ shop, visit: { shopUserId, unionId } }) =>
      unionId === undefined ? [{ shop, shopUserId }] : [],
    )
    const unionOf = await unionIdsOf(tx, unnamed)
    const found: VisitMessage[] = []
    for (const { shop, visit } of told) {
      const { shopUserId, unionId = unionOf({ shop, shopUserId }), productId, at: atMs, ...rest } = visit
      const source = sources.get(shop)
      if (source === undefined || unionId === undefined) continue
      found.push({
        ...{ visitId: rest.visitId, kind: rest.kind, quantity: rest.quantity ?? 1, source, atMs },
        customer: namedCustomer({ unionId }),
        product: { id: productId, name: productId, category: undefined, priceFen: undefined },
        ...{ page: undefined, keyword: undefined, scene: undefined },
      })
    }
    if (found.length > 0) await visits.record(tx, found)
  }

  async function commitAll(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.slice(0, MOST_A_COMMIT)
      queue = queue.slice(MOST_A_COMMIT)
      // Visits in a commit of their own: orders do not wait for what those lead to, nor go down with them.
      const visiting = batch.filter(({ visits }) => visits.length > 0)
      const others = batch.filter(({ visits }) => visits.length === 0)
      try {
        await store(batch)
        for (const { resolve } of others) resolve()
        if (visiting.length > 0) {
          const told = visiting.flatMap((one) => one.visits)
          await db.tx((tx) => recordVisits(tx, told), 'accept')
        }
        for (const { resolve } of visiting) resolve()
      } catch (error) {
        // Whoever has been answered hears nothing of it.
        for (const { reject } of batch) reject(error)
      }
    }
    isCommitting = false
  }

  return (told: Told): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.push({ ...told, resolve, reject })
      if (isCommitting) return
      isCommitting = true
      setImmediate(() => void commitAll())
    })
}
export type KeepHints = ReturnType<typeof createKeepHints>
