import type { Db } from '../../core/db/db.ts'
import { pick, set, sql } from '../../core/db/sql.ts'
import { takeRows } from '../../core/db/take-rows.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError, describeError } from '../../core/kernel/app-error.ts'
import { backoffMs, MAX_ATTEMPTS } from '../../core/kernel/backoff.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { ShopError } from '../../platform/shops/shop-error.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { OpenShop, OpenShops } from './open-shops.ts'
import { answered, faulty, type Standing, standings } from './shop-standing.ts'
import { SHOP_HINT } from './shop-tables.ts'
import type { Bought, TakeOrders } from './take-orders.ts'

/** Longer than any reading takes; whoever dies over one leaves it to the next after that. */
const LEASE_MS = MINUTE_MS
const AT_ONCE = 8
const RETRIES_MS = [5, 30, 120, 600, 1_800, 3_600].map((sec) => sec * SECOND_MS)
/** The side that is read lags behind the push; then the number is nobody's. */
const TRIES_OF_UNKNOWN = 4
const DEAD_TOLD_FOR_MS = 24 * HOUR_MS

export interface ReadHintsDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'warn'>
  alerts: Alerts
  shops: OpenShops
  take: TakeOrders
}

const h = SHOP_HINT
const COLUMNS = ['id', 'shop', 'subject', 'revision', 'told_by', 'attempts'] as const

/** Reads at the shops what hints tell of: each subject by one process at a time, and once more when another hint came
 *  meanwhile. A shop that cannot be asked keeps its hints; an order that cannot be read is tried again, and given up and told
 *  of in the end. */
export function createReadHints({ db, clock, log, alerts, shops, take }: ReadHintsDeps) {
  type Held = Awaited<ReturnType<typeof claim>>[number]

  const claim = (shop: string, limit: number) =>
    db.tx((tx) => {
      const now = clock.now()
      return takeRows(tx, {
        table: h,
        columns: pick(h, ...COLUMNS),
        where: sql`${h.state} = 'new' AND ${h.due_at} <= ${now} AND ${h.shop} = ${shop}`,
        orderBy: sql`${h.due_at}, ${h.id}`,
        limit,
        takers: 4,
        claim: set(h, { due_at: now + LEASE_MS }),
      })
    })

  const letGo = (held: readonly Held[]): Promise<void> =>
    db.tx(async (tx) => {
      for (const { id } of held) {
        await tx.run(
          sql`UPDATE ${h} SET ${set(h, { due_at: clock.now() })} WHERE ${h.id} = ${id} AND ${h.state} = 'new'`,
        )
      }
    })

  /** What came while it was being read waits on. */
  async function end(tx: Tx, { id, revision }: Held, again: number | undefined): Promise<void> {
    const next = { due_at: clock.now() + (again ?? 0), attempts: 0 }
    const isDone = again === undefined ? sql`${h.id} = ${id} AND ${h.revision} = ${revision}` : sql`1 = 0`
    const gone = again === undefined ? await tx.run(sql`DELETE FROM ${h} WHERE ${isDone}`) : 0
    if (gone === 0) await tx.run(sql`UPDATE ${h} SET ${set(h, next)} WHERE ${h.id} = ${id}`)
  }

  async function postpone(tx: Tx, { id, shop, attempts }: Held, error: AppError): Promise<void> {
    const tries = attempts + 1
    if (error.code === 'shop.no-order' && tries >= TRIES_OF_UNKNOWN) {
      await tx.run(sql`DELETE FROM ${h} WHERE ${h.id} = ${id}`)
      return
    }
    const isDead = tries >= MAX_ATTEMPTS
    const last_fault = error.zh ?? error.code
    const due_at = clock.now() + backoffMs(RETRIES_MS, tries)
    const changes = { attempts: tries, last_fault, due_at, state: isDead ? ('dead' as const) : ('new' as const) }
    await tx.run(sql`UPDATE ${h} SET ${set(h, changes)} WHERE ${h.id} = ${id}`)
    if (!isDead) return
    await alerts.raise(tx, {
      key: `shops.unread:${shop}`,
      text: `店铺 ${shop} 有订单反复读不了，已经放弃：${last_fault}`,
      todo: '运行 npm run -s shops -- dead 看是哪些；解决后运行 npm run -s shops -- retry 重读',
      lapseAtMs: clock.now() + DEAD_TOLD_FOR_MS,
    })
  }

  /** False: the shop as a whole cannot be asked. */
  async function read(shop: OpenShop, hint: Held, { isFaulty }: Standing): Promise<boolean> {
    try {
      const { orders, again } = await shop.connection.read(hint.subject)
      const bought: Bought[] = []
      for (const order of orders) bought.push({ ...order, who: await shop.buyers.of(order) })
      await db.tx(async (tx) => {
        await take(tx, bought, { shop: shop.id, toldBy: hint.told_by })
        await end(tx, hint, again)
        if (isFaulty) await answered(tx, alerts, shop.id)
      })
      return true
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const isOfShop = error instanceof ShopError && error.scope === 'shop'
      log.warn({ shop: shop.id, code: error.code, err: describeError(error) }, 'a shop could not be read')
      await db.tx((tx) =>
        isOfShop
          ? faulty(tx, alerts, { shop: shop.id, keeper: shop.rule.keeper, error, nowMs: clock.now() })
          : postpone(tx, hint, error),
      )
      if (isOfShop) await letGo([hint])
      return !isOfShop
    }
  }

  async function readShop(shop: OpenShop, standing: Standing): Promise<void> {
    for (;;) {
      const held = await claim(shop.id, Math.min(AT_ONCE, shop.budget.room()))
      if (held.length === 0) return
      const went = await Promise.all(held.map((hint) => read(shop, hint, standing)))
      if (went.includes(false)) return
    }
  }

  /** Reads what is due, as far as the shops allow now. */
  return async (): Promise<void> => {
    const all = shops.all()
    if (all.length === 0) return
    const how = await db.statement((tx) =>
      standings(
        tx,
        all.map(({ id }) => id),
        clock.now(),
      ),
    )
    const askable = all.flatMap((shop) => {
      const standing = how.get(shop.id)
      return standing === undefined || standing.isPaused || shop.budget.room() === 0 ? [] : [{ shop, standing }]
    })
    await Promise.all(askable.map(({ shop, standing }) => readShop(shop, standing)))
  }
}
