import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import { askShop } from './ask-shop.ts'
import { refusedKey } from './end-grant.ts'
import { type Grant, grantStore } from './grant-store.ts'

const AT_ONCE = 200

export interface GiveAgainDeps {
  db: Db
  clock: Clock
  outbox: Pick<Outbox, 'enqueue'>
  alerts: Pick<Alerts, 'resolve'>
}

/** What a shop has refused is asked for once more, now that somebody has changed something there; each has a day at least. Gives which.
 *  The shop's no was for sure, so nothing is given twice. Safe to repeat. */
export async function giveAgain(
  { db, clock, outbox, alerts }: GiveAgainDeps,
  shop: string,
  which: { name: string | undefined; sinceMs: number },
): Promise<Grant[]> {
  const refused = await db.tx((tx) => grantStore.refusedAt(tx, shop, which))
  const again: Grant[] = []
  for (let from = 0; from < refused.length; from += AT_ONCE) {
    const part = await db.tx(async (tx) => {
      const asked: Grant[] = []
      for (const grant of refused.slice(from, from + AT_ONCE)) {
        const open = await grantStore.reopen(tx, grant, Math.max(grant.lapsesAtMs, clock.now() + DAY_MS))
        if (open === undefined) continue
        await askShop(outbox, tx, open)
        asked.push(open)
      }
      for (const key of new Set(asked.map(refusedKey))) await alerts.resolve(tx, key)
      return asked
    })
    again.push(...part)
  }
  return again
}
