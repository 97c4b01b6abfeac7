import { alias } from '../../core/db/define-table.ts'
import { list, number, raw, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { LINK_CLICK } from '../../records/links/link-tables.ts'
import { type Through, throughSend } from '../../records/links/link-ways.ts'
import { SHOP_ORDER } from '../../records/orders/order-tables.ts'
import { ORDER_DAYS } from './learned.ts'
import type { SendRun } from './send-queries.ts'
import { SEND_BATCH, SEND_RECIPIENT } from './send-tables.ts'

/** What one version of a send has brought so far. */
export interface VariantBrought {
  name: string
  /** Whom it was for. */
  asked: number
  sent: number
  /** Of whom we know that they opened a link in it. */
  clicked: number
  /** Of those who got it, ordered within ORDER_DAYS; `fen`: what they paid for that. */
  buyers: number
  fen: number
}

type Varied = Pick<SendRun, 'id' | 'variants'>

/** By what the links in the messages of a run are told apart, first that of all who get the same. */
export const throughsOf = ({ id, variants }: Varied): Through[] => [
  throughSend(id),
  ...(variants?.of ?? []).map((_, index) => throughSend(id, index + 1)),
]

const r = alias(SEND_RECIPIENT, 'r')
const b = alias(SEND_BATCH, 'b')
const o = alias(SHOP_ORDER, 'o')
const k = alias(LINK_CLICK, 'k')

const isSent = sql`${r.outcome} = 'sent'`
const ownOrders = sql`${o.external_userid} = ${r.external_userid} AND ${o.status} = 'paid'
  AND ${o.paid_at} >= ${r.outcome_at} AND ${o.paid_at} < ${r.outcome_at} + ${raw(String(ORDER_DAYS * DAY_MS))}`
const fenOf = sql`(SELECT COALESCE(SUM(${o.total_fen}), 0) FROM ${o} WHERE ${ownOrders})`

/** Of a send and the further looks at those whom it had no place for, version by version in their order; undefined: all got the same.
 *  Reads only. */
export async function broughtByVariant(tx: ReadTx, runs: readonly Varied[]): Promise<VariantBrought[] | undefined> {
  const varied = runs.filter(({ variants }) => variants !== undefined)
  const names = [...new Set(varied.flatMap(({ variants }) => variants?.of.map(({ name }) => name) ?? []))]
  if (names.length === 0) return undefined
  const hasClicked = sql`EXISTS (SELECT 1 FROM ${k} WHERE ${k.external_userid} = ${r.external_userid}
    AND ${k.through} IN ${list(varied.flatMap(throughsOf))})`
  const sumOf = (is: typeof isSent) => number(sql`COALESCE(SUM(CASE WHEN ${is} THEN 1 ELSE 0 END), 0)`)
  const sums = select({
    name: b.variant,
    asked: number(sql`COUNT(*)`),
    sent: sumOf(isSent),
    clicked: sumOf(sql`${isSent} AND ${hasClicked}`),
    buyers: sumOf(sql`${isSent} AND EXISTS (SELECT 1 FROM ${o} WHERE ${ownOrders})`),
    fen: number(sql`COALESCE(SUM(CASE WHEN ${isSent} THEN ${fenOf} ELSE 0 END), 0)`),
  })
  const rows = await tx.rows(
    sql`SELECT ${sums} FROM ${b} JOIN ${r} ON ${r.batch_id} = ${b.id}
        WHERE ${b.run_id} IN ${list(varied.map(({ id }) => id))} GROUP BY ${b.variant}`,
  )
  const none = { asked: 0, sent: 0, clicked: 0, buyers: 0, fen: 0 }
  return names.map((name) => ({ ...none, ...rows.find((row) => row.name === name), name }))
}
