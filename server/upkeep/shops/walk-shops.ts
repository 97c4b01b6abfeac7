import type { Db } from '../../core/db/db.ts'
import type { RowOf } from '../../core/db/define-table.ts'
import { all, count, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError, describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Abilities } from '../../platform/shops/shop-connection.ts'
import { ShopError } from '../../platform/shops/shop-error.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import { putHints } from './keep-hints.ts'
import type { OpenShop, OpenShops } from './open-shops.ts'
import { answered, faulty, NIGHTLY_DAYS, nextNight, type Standing, standings } from './shop-standing.ts'
import { SHOP_CONNECTION, SHOP_HINT, SHOP_WALK, type WalkName } from './shop-tables.ts'
import type { Bought, TakeOrders } from './take-orders.ts'
import { whatToRead } from './what-to-read.ts'

const w = SHOP_WALK
type Walk = RowOf<typeof SHOP_WALK>

/** Clocks differ, and what is listed lags behind what is told. */
const OVERLAP_MS = 10 * MINUTE_MS
/** Where lists know only when an order was made: how long most of what happens to it takes. Those pages are many, so they are
 *  looked through a few times an hour; between, what is new. */
const LOOK_BACK_MS = 2 * DAY_MS
const LOOK_BACK_EVERY_MS = 15 * MINUTE_MS
const POLL_MINUTES = 3
const LEASE_MS = 2 * MINUTE_MS
/** Of the past no more are noted down than are read in a short while, so that what happens now is not behind them. */
const MOST_WAITING = 200
const NEVER_MS = 4_102_444_800_000
/** In this order: what happens now comes first. */
const ORDER: readonly WalkName[] = ['poll', 'nightly', 'history']

export interface WalkShopsDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'warn'>
  alerts: Alerts
  shops: OpenShops
  take: TakeOrders
}

/** Asks the shops for what no push told: every few minutes what changed since the last time and a bit, each night the last
 *  week, and once what was before the shop was connected. How far it is, is a row; a page and what it gave are one commit, so
 *  that whoever dies goes on where the last page ended. */
export function createWalkShops({ db, clock, log, alerts, shops, take }: WalkShopsDeps) {
  /** A run that begins anew sets its window; who has it, has it for two minutes. */
  const hold = (shop: OpenShop): Promise<Walk | undefined> =>
    db.tx(async (tx) => {
      const now = clock.now()
      const due = await tx.rows(
        sql`SELECT ${all(w)} FROM ${w} WHERE ${w.shop} = ${shop.id} AND ${w.due_at} <= ${now}
            AND (${w.lease_until} IS NULL OR ${w.lease_until} <= ${now})`,
      )
      const found = ORDER.flatMap((name) => due.find(({ walk }) => walk === name) ?? [])[0]
      if (found === undefined) return undefined
      if (found.walk === 'history' && (await isBusy(tx, shop.id))) return undefined
      const changes = { ...beginning(found, shop.connection.abilities, now), lease_until: now + LEASE_MS }
      const mine = await tx.run(
        sql`UPDATE ${w} SET ${set(w, changes)} WHERE ${w.id} = ${found.id}
            AND (${w.lease_until} IS NULL OR ${w.lease_until} <= ${now})`,
      )
      return mine === 1 ? { ...found, ...changes } : undefined
    })

  async function isBusy(tx: Tx, shop: string): Promise<boolean> {
    const waiting = sql`${SHOP_HINT.shop} = ${shop} AND ${SHOP_HINT.state} = 'new'`
    const row = await tx.row(sql`SELECT ${select({ n: count() })} FROM ${SHOP_HINT} WHERE ${waiting}`)
    return (row?.n ?? 0) >= MOST_WAITING
  }

  /** One page, and where the walk is after it; true when it goes on. */
  async function step(shop: OpenShop, walk: Walk, standing: Standing): Promise<Walk | undefined> {
    const toMs = Math.min(walk.to_at, walk.at + shop.connection.abilities.longestWindowMs)
    const page = await shop.connection.changedSince({ fromMs: walk.at, toMs, page: walk.page ?? undefined })
    const bought: Bought[] = []
    for (const order of page.orders) bought.push({ ...order, who: await shop.buyers.of(order) })
    const now = clock.now()
    return db.tx(async (tx) => {
      const toldBy = walk.walk === 'poll' ? 'poll' : 'past'
      const subjects = await whatToRead(tx, shop, { page, walk: walk.walk, nowMs: now })
      await putHints(
        tx,
        subjects.map((subject) => ({ shop: shop.id, subject, toldBy, dueAtMs: now })),
        now,
      )
      await take(tx, bought, { shop: shop.id, toldBy })
      const found = walk.found + page.subjects.length + page.orders.length
      const isEnd = page.next === undefined && toMs >= walk.to_at
      const next: Partial<Walk> = isEnd
        ? { at: walk.to_at, page: null, found, ended_at: now, lease_until: null, due_at: dueAfter(walk, shop, now) }
        : { at: page.next === undefined ? toMs : walk.at, page: page.next ?? null, found, lease_until: now + LEASE_MS }
      const mine = await tx.run(
        sql`UPDATE ${w} SET ${set(w, next)} WHERE ${w.id} = ${walk.id} AND ${w.lease_until} = ${walk.lease_until}`,
      )
      if (standing.isFaulty) await answered(tx, alerts, shop.id)
      if (isEnd && walk.walk === 'poll') {
        const c = SHOP_CONNECTION
        await tx.run(sql`UPDATE ${c} SET ${set(c, { polled_at: now })} WHERE ${c.shop} = ${shop.id}`)
      }
      return isEnd || mine === 0 ? undefined : { ...walk, ...next }
    })
  }

  async function walkOne(shop: OpenShop, standing: Standing): Promise<boolean> {
    let walk = await hold(shop)
    if (walk === undefined) return false
    const held = walk
    try {
      while (walk !== undefined && shop.budget.room() > 0) {
        walk = await step(shop, walk, standing)
        if (walk?.walk === 'history' && (await db.statement((tx) => isBusy(tx, shop.id)))) break
      }
      if (walk !== undefined) await letGo(walk)
      return walk === undefined
    } catch (error) {
      await letGo(held)
      if (!(error instanceof AppError)) throw error
      log.warn(
        { shop: shop.id, walk: held.walk, code: error.code, err: describeError(error) },
        'a shop could not be asked',
      )
      const isOfShop = error instanceof ShopError && error.scope === 'shop'
      await db.tx(async (tx) => {
        // A page that cannot be understood is asked for again in a minute, and the shop is told of when it stays so.
        if (!isOfShop) await postpone(tx, held)
        await faulty(tx, alerts, { shop: shop.id, keeper: shop.rule.keeper, error, nowMs: clock.now() })
      })
      return false
    }
  }

  const letGo = async ({ id }: Walk): Promise<void> => {
    await db.statement((tx) => tx.run(sql`UPDATE ${w} SET ${set(w, { lease_until: null })} WHERE ${w.id} = ${id}`))
  }
  const postpone = (tx: Tx, { id }: Walk): Promise<number> =>
    tx.run(sql`UPDATE ${w} SET ${set(w, { due_at: clock.now() + MINUTE_MS })} WHERE ${w.id} = ${id}`)

  return async (): Promise<void> => {
    const open = shops.all()
    if (open.length === 0) return
    const ids = open.map(({ id }) => id)
    const how = await db.statement((tx) => standings(tx, ids, clock.now()))
    await Promise.all(
      open.map(async (shop) => {
        const standing = how.get(shop.id)
        if (standing === undefined || standing.isPaused) return
        while (shop.budget.room() > 0 && (await walkOne(shop, standing)));
      }),
    )
  }
}

/** What a walk that begins anew looks at; one that was cut off goes on. */
function beginning(
  { walk, at, to_at: toAt, page, begun_at: begunAt }: Walk,
  { pollBy }: Pick<Abilities, 'pollBy'>,
  nowMs: number,
): Partial<Walk> {
  if (walk === 'history') return begunAt === null ? { begun_at: nowMs } : {}
  if (at < toAt || page !== null) return begunAt === null ? { begun_at: nowMs } : {}
  const lately = Math.min(toAt, nowMs)
  const isNewQuarter = Math.floor(lately / LOOK_BACK_EVERY_MS) < Math.floor(nowMs / LOOK_BACK_EVERY_MS)
  const back = pollBy === 'created' && isNewQuarter ? LOOK_BACK_MS : OVERLAP_MS
  const from = walk === 'poll' ? lately - back : nowMs - NIGHTLY_DAYS[pollBy] * DAY_MS
  return { from_at: from, at: from, to_at: nowMs, begun_at: nowMs, found: 0, page: null }
}

function dueAfter({ walk }: Walk, { rule: { pollMinutes = POLL_MINUTES } }: OpenShop, nowMs: number): number {
  if (walk === 'history') return NEVER_MS
  return walk === 'nightly' ? nextNight(nowMs) : nowMs + pollMinutes * MINUTE_MS
}
