import { all, count, list, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { SHOP_CONNECTION, SHOP_HINT, SHOP_WALK } from './shop-tables.ts'

/** How it stands with one shop; instants are UTC milliseconds. */
export interface ShopReport {
  shop: string
  source: string
  sinceMs: number
  pushedAtMs: number | null
  polledAtMs: number | null
  readAtMs: number | null
  /** Since when it cannot be asked, and why. */
  faultySinceMs: number | null
  fault: string | null
  foundByPush: number
  foundByPoll: number
  /** Orders that wait to be read, and those given up. */
  waiting: number
  dead: number
  /** Of what was before it was connected. */
  history: { share: number; found: number; isDone: boolean; leftMs: number | undefined } | undefined
}

export async function shopReports(tx: Tx, nowMs: number): Promise<ShopReport[]> {
  const [c, h, w] = [SHOP_CONNECTION, SHOP_HINT, SHOP_WALK]
  const rows = await tx.rows(sql`SELECT ${all(c)} FROM ${c} ORDER BY ${c.id}`)
  const hints = await tx.rows(
    sql`SELECT ${select({ shop: h.shop, state: h.state, n: count() })} FROM ${h} GROUP BY ${h.shop}, ${h.state}`,
  )
  const walks = await tx.rows(sql`SELECT ${all(w)} FROM ${w} WHERE ${w.walk} = 'history'`)
  const counted = (shop: string, state: string): number =>
    hints.find((one) => one.shop === shop && one.state === state)?.n ?? 0
  return rows.map((row) => {
    const walk = walks.find(({ shop }) => shop === row.shop)
    return {
      shop: row.shop,
      source: row.source,
      sinceMs: row.since,
      pushedAtMs: row.pushed_at,
      polledAtMs: row.polled_at,
      readAtMs: row.read_at,
      faultySinceMs: row.faulty_since,
      fault: row.last_fault,
      foundByPush: row.found_by_push,
      foundByPoll: row.found_by_poll,
      waiting: counted(row.shop, 'new'),
      dead: counted(row.shop, 'dead'),
      history: walk && progressOf(walk, nowMs),
    }
  })
}

/** Days pass at about the pace of those before: `leftMs` is a guess, undefined while there is nothing to guess from. */
function progressOf(
  walk: { from_at: number; to_at: number; at: number; found: number; begun_at: number | null; ended_at: number | null },
  nowMs: number,
): NonNullable<ShopReport['history']> {
  const whole = Math.max(1, walk.to_at - walk.from_at)
  const done = walk.at - walk.from_at
  const isDone = walk.ended_at !== null
  const passed = nowMs - (walk.begun_at ?? nowMs)
  const leftMs = isDone || done <= 0 ? undefined : Math.round((passed / done) * (whole - done))
  return { share: isDone ? 1 : done / whole, found: walk.found, isDone, leftMs }
}

export interface UnreadHint {
  shop: string
  subject: string
  attempts: number
  fault: string | null
  receivedAtMs: number
}

/** Given up after many tries, the newest first. */
export const unreadHints = async (tx: Tx, { limit }: { limit: number }): Promise<UnreadHint[]> => {
  const h = SHOP_HINT
  const chosen = select({
    ...{ shop: h.shop, subject: h.subject, attempts: h.attempts, fault: h.last_fault, receivedAtMs: h.received_at },
  })
  return tx.rows(sql`SELECT ${chosen} FROM ${h} WHERE ${h.state} = 'dead' ORDER BY ${h.id} DESC LIMIT ${limit}`)
}

/** Those that were given up are read again from the next second on; gives how many. Safe to repeat. */
export async function retryUnread(tx: Tx, nowMs: number, shops?: readonly string[]): Promise<number> {
  const h = SHOP_HINT
  const isOf = shops === undefined ? sql`1 = 1` : sql`${h.shop} IN ${list(shops)}`
  return tx.run(
    sql`UPDATE ${h} SET ${h.state} = 'new', ${h.attempts} = 0, ${h.due_at} = ${nowMs} WHERE ${h.state} = 'dead' AND ${isOf}`,
  )
}

/** Asks for what was before once more, from so many days ago; the same orders change nothing. */
export async function readHistoryAgain(
  tx: Tx,
  shop: string,
  { fromMs, nowMs }: { fromMs: number; nowMs: number },
): Promise<boolean> {
  const w = SHOP_WALK
  const changed = await tx.run(
    sql`UPDATE ${w} SET ${w.from_at} = ${fromMs}, ${w.at} = ${fromMs}, ${w.to_at} = ${nowMs}, ${w.due_at} = ${nowMs},
          ${w.page} = NULL, ${w.found} = 0, ${w.begun_at} = NULL, ${w.ended_at} = NULL
        WHERE ${w.shop} = ${shop} AND ${w.walk} = 'history'`,
  )
  return changed > 0
}
