import type { RowOf } from '../../core/db/define-table.ts'
import { all, list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { AppError } from '../../core/kernel/app-error.ts'
import { backoffMs } from '../../core/kernel/backoff.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { ShopRule } from '../../rules/schema/rule-files.ts'
import { SHOP_CONNECTION, SHOP_WALK } from './shop-tables.ts'

const c = SHOP_CONNECTION

export type StoredShop = RowOf<typeof SHOP_CONNECTION>

/** After so many faults in a row of the shop as a whole. */
const PAUSES_MS = [5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS]
/** A shop that is away for a moment is nobody's trouble. */
const TELL_AFTER_MS = 10 * MINUTE_MS
const HISTORY_DAYS = 90
/** After the scores are written, before people come to work. */
const NIGHTLY_AT_MS = 4 * HOUR_MS
/** How much of the past is looked at once more. By `created`, until the last of an order is over: parcels are taken as received
 *  by themselves weeks after they went out. */
export const NIGHTLY_DAYS = { updated: 7, created: 30 } as const

export const nextNight = (nowMs: number): number => {
  const today = startOfShanghaiDay(nowMs) + NIGHTLY_AT_MS
  return today > nowMs ? today : today + DAY_MS
}

export const shopRows = (tx: Pick<Tx, 'rows'>): Promise<StoredShop[]> => tx.rows(sql`SELECT ${all(c)} FROM ${c}`)

/** Makes a shop of the rules known, with what is to be asked of it. Safe to repeat. */
export async function beginShop(
  tx: Tx,
  { id, shop, historyDays = HISTORY_DAYS }: ShopRule,
  nowMs: number,
): Promise<void> {
  const isNew = await tx.insertIgnore(c, [{ shop: id, source: shop, since: nowMs }])
  if (isNew === 0) return
  const since = { shop: id, to_at: nowMs, due_at: nowMs }
  const past = nowMs - historyDays * DAY_MS
  await tx.insertIgnore(SHOP_WALK, [
    { ...since, walk: 'poll', from_at: nowMs, at: nowMs },
    { ...since, walk: 'nightly', from_at: nowMs, at: nowMs, due_at: nextNight(nowMs) },
    { ...since, walk: 'history', from_at: past, at: past },
  ])
}

/** Everything is well with the shop as a whole. */
export async function answered(tx: Tx, alerts: Pick<Alerts, 'resolve'>, shop: string): Promise<void> {
  const wasFaulty = await tx.run(
    sql`UPDATE ${c} SET ${set(c, { faults: 0, faulty_since: null, paused_until: null, last_fault: null })}
        WHERE ${c.shop} = ${shop} AND ${c.faults} > 0`,
  )
  if (wasFaulty > 0) await alerts.resolve(tx, alertKey(shop))
}

const alertKey = (shop: string): string => `shops.away:${shop}`

/** The shop as a whole could not be asked: nothing is asked for a while, longer each time, and after ten minutes, or at once
 *  where a person has to change something, people hear of it. */
export async function faulty(
  tx: Tx,
  alerts: Pick<Alerts, 'raise'>,
  { shop, keeper, error, nowMs }: { shop: string; keeper: string | undefined; error: AppError; nowMs: number },
): Promise<void> {
  const row = await tx.row(sql`SELECT ${all(c)} FROM ${c} WHERE ${c.shop} = ${shop}`)
  if (row === undefined) return
  const faults = row.faults + 1
  const since = row.faulty_since ?? nowMs
  const { retry } = error
  const pauseMs = typeof retry === 'object' ? retry.afterMs : backoffMs(PAUSES_MS, faults)
  const why = error.zh ?? '连不上店铺的接口'
  const changes = { faults, faulty_since: since, paused_until: nowMs + pauseMs, last_fault: why }
  await tx.run(sql`UPDATE ${c} SET ${set(c, changes)} WHERE ${c.shop} = ${shop}`)
  if (retry !== 'never' && nowMs - since < TELL_AFTER_MS) return
  await alerts.raise(tx, {
    key: alertKey(shop),
    text: `「${row.source}」的订单读不到了：${why}`,
    todo: '运行 npm run -s doctor 看「店铺」这一项，改好后会自己接着读，不会漏',
    atMs: since,
    alsoTo: keeper === undefined ? [] : [keeper],
    // Away, and then refused, is another trouble for another person.
    isNewsWhenChanged: true,
  })
}

export interface Standing {
  isPaused: boolean
  /** The last it answered was a fault. */
  isFaulty: boolean
}

/** How it stands with these shops; those that are not known yet are left out. */
export async function standings(tx: Tx, shops: readonly string[], nowMs: number): Promise<Map<string, Standing>> {
  if (shops.length === 0) return new Map()
  const rows = await tx.rows(
    sql`SELECT ${pick(c, 'shop', 'faults', 'paused_until')} FROM ${c} WHERE ${c.shop} IN ${list(shops)}`,
  )
  return new Map(rows.map((row) => [row.shop, { isPaused: (row.paused_until ?? 0) > nowMs, isFaulty: row.faults > 0 }]))
}
