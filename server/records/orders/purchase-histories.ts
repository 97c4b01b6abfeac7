import { eachChunk } from '../../core/db/each-chunk.ts'
import { isWithin } from '../../core/db/span.ts'
import { list, number, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { DAY_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { endOfBuyers } from './end-of-buyers.ts'
import { SHOP_ORDER } from './order-tables.ts'

/** On which Shanghai days somebody bought, all told. Days are the UTC milliseconds of their midnight. */
export interface PurchaseHistory {
  externalUserId: string
  firstDayMs: number
  lastDayMs: number
  days: number
  /** Days after the first on which something was paid that stands, and what. */
  repeatsPaid: number
  repeatFen: number
  /** The same up to the day `cutMs`, that day not included; undefined: none. */
  daysBefore: number
  lastDayBeforeMs: number | undefined
  /** From that day on. */
  later: number
}

const o = SHOP_ORDER
const BOUGHT = sql`${o.status} = 'paid' AND ${o.paid_at} IS NOT NULL`

/** Everybody with a paid order, by external_userid, page after page; `last`: where the next page begins, undefined after the
 *  last one. Payments are read as they stand in the index and put together here: grouped twice by the database they cost four
 *  times as much. */
export async function purchaseHistories(
  tx: ReadTx,
  { after, limit, cutMs }: { after: string; limit: number; cutMs: number },
): Promise<{ histories: PurchaseHistory[]; last: string | undefined }> {
  const last = await endOfBuyers(tx, { after, upTo: undefined }, limit)
  const payment = select({
    id: words(sql`${o.external_userid}`),
    paidMs: number(sql`${o.paid_at}`),
    fen: number(sql`${o.total_fen} - ${o.refunded_fen}`),
  })
  const rows = await tx.rows(
    sql`SELECT ${payment} FROM ${o} WHERE ${BOUGHT} AND ${isWithin(o.external_userid, { after, upTo: last })}
        ORDER BY ${o.external_userid}, ${o.paid_at}`,
  )
  return { histories: historiesOf(rows, cutMs), last }
}

/** Those of these customers who have a paid order now. */
export async function whoBoughtAmong(tx: ReadTx, externalUserIds: readonly string[]): Promise<Set<string>> {
  const rows = await eachChunk(externalUserIds, (part) =>
    tx.rows(
      sql`SELECT DISTINCT ${select({ id: words(sql`${o.external_userid}`) })} FROM ${o}
          WHERE ${o.external_userid} IN ${list(part)} AND ${BOUGHT}`,
    ),
  )
  return new Set(rows.map(({ id }) => id))
}

/** Of payments by customer, then by time. */
function historiesOf(
  payments: readonly { id: string; paidMs: number; fen: number }[],
  cutMs: number,
): PurchaseHistory[] {
  const histories: PurchaseHistory[] = []
  let one: PurchaseHistory | undefined
  /** What was paid so far on the last day that is known of. */
  let dayFen = 0
  const endDay = (): void => {
    if (one === undefined || one.days === 1) return
    one.repeatFen += dayFen
    if (dayFen > 0) one.repeatsPaid += 1
  }
  for (const { id, paidMs, fen } of payments) {
    if (one?.externalUserId === id && paidMs < one.lastDayMs + DAY_MS) {
      dayFen += fen
      continue
    }
    endDay()
    dayFen = fen
    const dayMs = startOfShanghaiDay(paidMs)
    if (one?.externalUserId !== id) {
      one = { externalUserId: id, firstDayMs: dayMs, ...NOTHING }
      histories.push(one)
    }
    one.days += 1
    one.lastDayMs = dayMs
    if (dayMs >= cutMs) one.later += 1
    else {
      one.daysBefore += 1
      one.lastDayBeforeMs = dayMs
    }
  }
  endDay()
  return histories
}

const NOTHING = {
  lastDayMs: 0,
  days: 0,
  repeatsPaid: 0,
  repeatFen: 0,
  daysBefore: 0,
  lastDayBeforeMs: undefined,
  later: 0,
}
