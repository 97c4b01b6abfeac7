import { alias } from '../../core/db/define-table.ts'
import { list, number, pick, raw, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { SHOP_ORDER } from '../../records/orders/order-tables.ts'
import { SENT_TO } from './send-states.ts'
import { SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'

/** An order within so many days after a message arrived counts as its own. */
export const ORDER_DAYS = 7
/** So far back, and so many of the latest runs, and of each so many people by external_userid, in the order of a key. */
const BACK_MS = 180 * DAY_MS
const RUNS = 5
const PEOPLE = 2_000
/** Before anything is known: as if so many had been asked, of whom this share got it and that share bought. */
const PRIOR = { asked: 20, sentShare: 0.8, sent: 100, buyerShare: 0.02 }
/** The latest paid orders, of which the middle worth of an order is taken. */
const ORDERS = 1_000

/** What earlier sends of a kind say of the next one. */
export interface Learned {
  /** People of earlier runs who were looked at. */
  asked: number
  /** Of those asked for, got it: their guide confirmed and WeCom delivered. */
  sentShare: number
  /** Of those who got it, ordered within ORDER_DAYS. */
  buyerShare: number
  /** What one order is worth, in fen. */
  orderFen: number
}

const r = alias(SEND_RECIPIENT, 'r')
const o = alias(SHOP_ORDER, 'o')

/** A plain estimate from the five latest runs of the same send or kind: the share that got it and the share of these that ordered,
 *  each drawn towards a prior while few are known, and the average of the latest orders. The same state gives the same answer. Reads only. */
export async function learnFrom(
  tx: Tx,
  { name, kind, nowMs }: { name: string; kind: string | undefined; nowMs: number },
): Promise<Learned> {
  const alike =
    kind === undefined
      ? sql`${SEND_RUN.send_name} = ${name}`
      : sql`(${SEND_RUN.send_name} = ${name} OR ${SEND_RUN.kind} = ${kind})`
  const runs = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN}
        WHERE ${alike} AND ${SEND_RUN.ask_key} IS NULL AND ${SEND_RUN.chat_type} = 'single'
          AND ${SEND_RUN.state} IN ('running', 'finished')
          AND ${SEND_RUN.scheduled_at} > ${nowMs - BACK_MS} AND ${SEND_RUN.scheduled_at} <= ${nowMs - ORDER_DAYS * DAY_MS}
        ORDER BY ${SEND_RUN.scheduled_at} DESC, ${SEND_RUN.id} DESC LIMIT ${RUNS}`,
  )
  let [asked, sent, buyers] = [0, 0, 0]
  for (const { id } of runs) {
    const seen = await peopleOf(tx, id)
    asked += seen.asked
    sent += seen.sent
    buyers += seen.buyers
  }
  const fen = await tx.row(
    sql`SELECT ${select({ fen: number(sql`COALESCE(AVG(total_fen), 0)`) })} FROM
        (SELECT ${SHOP_ORDER.total_fen} FROM ${SHOP_ORDER} WHERE ${SHOP_ORDER.status} = 'paid'
         ORDER BY ${SHOP_ORDER.id} DESC LIMIT ${ORDERS}) latest`,
  )
  return {
    asked,
    sentShare: (sent + PRIOR.asked * PRIOR.sentShare) / (asked + PRIOR.asked),
    buyerShare: (buyers + PRIOR.sent * PRIOR.buyerShare) / (sent + PRIOR.sent),
    orderFen: Math.round(fen?.fen ?? 0),
  }
}

/** What one more person is expected to bring, in fen. */
export const expectedFen = ({ sentShare, buyerShare, orderFen }: Learned): number =>
  Math.round(sentShare * buyerShare * orderFen)

const BOUGHT = sql`EXISTS (SELECT 1 FROM ${o} WHERE ${o.external_userid} = ${r.external_userid} AND ${o.status} = 'paid'
  AND ${o.paid_at} >= ${r.outcome_at} AND ${o.paid_at} < ${r.outcome_at} + ${raw(String(ORDER_DAYS * DAY_MS))})`

const sums = select({
  asked: number(sql`COUNT(*)`),
  sent: number(sql`COALESCE(SUM(got), 0)`),
  buyers: number(sql`COALESCE(SUM(bought), 0)`),
})

async function peopleOf(tx: ReadTx, runId: number): Promise<{ asked: number; sent: number; buyers: number }> {
  const isSent = sql`${r.outcome} = 'sent'`
  const row = await tx.row(
    sql`SELECT ${sums} FROM (
          SELECT CASE WHEN ${isSent} THEN 1 ELSE 0 END AS got, CASE WHEN ${isSent} AND ${BOUGHT} THEN 1 ELSE 0 END AS bought
          FROM ${r} WHERE ${r.run_id} = ${runId} AND ${r.outcome} IN ${list(SENT_TO)} ORDER BY ${r.external_userid} LIMIT ${PEOPLE}) seen`,
  )
  return row ?? { asked: 0, sent: 0, buyers: 0 }
}

/** Of a send and the further looks at those whom it had no place for: how many got it, and how many of these ordered within
 *  ORDER_DAYS of it. Reads only. */
export async function broughtBy(
  tx: ReadTx,
  runIds: readonly number[],
): Promise<{ asked: number; sent: number; buyers: number }> {
  const isSent = sql`${r.outcome} = 'sent'`
  const counted = select({
    asked: number(sql`COUNT(*)`),
    sent: number(sql`COALESCE(SUM(CASE WHEN ${isSent} THEN 1 ELSE 0 END), 0)`),
    buyers: number(sql`COALESCE(SUM(CASE WHEN ${isSent} AND ${BOUGHT} THEN 1 ELSE 0 END), 0)`),
  })
  const row = await tx.row(
    sql`SELECT ${counted} FROM ${r} WHERE ${r.run_id} IN ${list(runIds)} AND ${r.outcome} IN ${list(SENT_TO)}`,
  )
  return row ?? { asked: 0, sent: 0, buyers: 0 }
}
