import type { Db } from '../../core/db/db.ts'
import { every, list, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { keepBuyers } from './shop-memory.ts'
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
}

interface Waiting extends Told {
  resolve: () => void
  reject: (error: unknown) => void
}

/** Stores what pushes tell before they are answered: the promise resolves after the commit. Pushes that come while a commit is
 *  under way share the next one. */
export function createKeepHints({ db, clock }: { db: Db; clock: Clock }) {
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

  async function commitAll(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.slice(0, MOST_A_COMMIT)
      queue = queue.slice(MOST_A_COMMIT)
      try {
        await store(batch)
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    isCommitting = false
  }

  return ({ hints, buyers }: Told): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.push({ hints, buyers, resolve, reject })
      if (isCommitting) return
      isCommitting = true
      setImmediate(() => void commitAll())
    })
}
export type KeepHints = ReturnType<typeof createKeepHints>
