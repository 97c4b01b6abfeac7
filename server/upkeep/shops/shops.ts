import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Capability } from '../../engine/capability.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { Orders } from '../../records/orders/orders.ts'
import type { Visits } from '../../records/visits/visits.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { createWatchFolders } from './files/watch-folders.ts'
import { createKeepHints } from './keep-hints.ts'
import type { OpenShops } from './open-shops.ts'
import { pushRoute } from './push-route.ts'
import { createReadHints } from './read-hints.ts'
import { beginShop, shopRows } from './shop-standing.ts'
import { createTakeOrders } from './take-orders.ts'
import { createWalkShops } from './walk-shops.ts'

export interface ShopsDeps {
  db: Db
  clock: Clock
  log: Logger
  alerts: Alerts
  orders: Pick<Orders, 'record' | 'recordSet'>
  visits: Pick<Visits, 'record'>
  rules: Pick<RuleBookHolder, 'current'>
  shops: OpenShops
  /** Names this process in the rows it holds. */
  instance: string
  /** How many processes share what a shop lets us call, this one included. */
  among(): number
}

/** The connections of shops (config/shops/*.yaml): what they push is stored and answered, then read at the shop; what they do
 *  not push is asked for. */
export function createShops(deps: ShopsDeps): Capability {
  const { db, clock, shops, among } = deps
  const take = createTakeOrders(deps)
  const read = createReadHints({ ...deps, shops, take })
  const walk = createWalkShops({ ...deps, shops, take })
  const keep = createKeepHints({ db, clock, visits: deps.visits })
  /** Shops that stand in the tables, by id. */
  const begun = new Set<string>()

  /** False while there are no shops: then a second costs nothing. */
  async function begin(): Promise<boolean> {
    const open = shops.all()
    if (open.length === 0) return false
    const fresh = open.filter(({ id }) => !begun.has(id))
    if (fresh.length > 0) {
      await db.tx(async (tx) => {
        for (const { rule } of fresh) await beginShop(tx, rule, clock.now())
        for (const { shop } of await shopRows(tx)) begun.add(shop)
      })
    }
    for (const { budget } of open) budget.divide(among())
    return true
  }

  const job = (name: string, work: () => Promise<void>) => ({
    name,
    everyMs: SECOND_MS,
    // Rows say which process does what.
    sideBySide: true as const,
    dueAt: leftOut('a rehearsal asks no shop'),
    run: async () => {
      if (await begin()) await work()
    },
  })
  return {
    jobs: [job('shops.read', read), job('shops.walk', walk), createWatchFolders(deps)],
    routes: pushRoute({ shops, keep, clock }),
  }
}
