import { eachChunk } from '../../core/db/each-chunk.ts'
import { list, select, sql, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { Catalogue } from '../../rules/book/catalogue.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { FreshOrder } from './fresh-order.ts'
import { itemsBeside } from './items-beside.ts'
import { labelsOf } from './label-items.ts'
import { SHOP_ORDER_ORIGIN } from './order-origin-tables.ts'
import { SHOP_ORDER as o, SHOP_ORDER_ITEM, SHOP_ORDER_REFUND, SHOP_ORDER_STATUS } from './order-tables.ts'
import { newsOf } from './origin-store.ts'
import { againBy, createTellOrder, isOfPart } from './tell-order.ts'

/** Somebody else stored one of these orders meanwhile: all must be undone, and recorded one by one. */
export class MetMeanwhile extends Error {}

type Stored = FreshOrder & { id: number; refundRowId: number | undefined }

/** Stores orders of which nothing was known, each number once, and tells of those whose customers are known, in their order. As
 *  many statements for some hundred as for one. Throws MetMeanwhile. */
export async function putFreshOrders(
  tx: Tx,
  fresh: readonly FreshOrder[],
  deps: { emit: Emit; timeline: Pick<Timeline, 'note'>; catalogue: Catalogue | undefined },
): Promise<void> {
  if (fresh.length === 0) return
  const paying = await whoHavePaid(tx, fresh)
  const stored = await put(tx, fresh, deps.catalogue)
  const tell = createTellOrder(deps)
  for (const { id, row, order, step, refund, refundRowId, externalUserId } of stored) {
    if (externalUserId === undefined) continue
    const told = { row: { ...row, id }, externalUserId, key: String(id) }
    const isFirst = async (): Promise<boolean> => !paying.has(externalUserId)
    const one = refund === undefined || refundRowId === undefined ? undefined : { id: refundRowId, fen: refund.fen }
    if (!isOfPart(step.status, row)) {
      const again = step.status === 'refunded' ? againBy(one) : ''
      await tell.step(tx, told, { status: step.status, at: step.at, items: order.items, parcels: [], again, isFirst })
    }
    if (one !== undefined && row.status === 'paid') await tell.partRefund(tx, told, { ...one, atMs: refund?.at ?? 0 })
    if (row.status === 'paid') paying.add(externalUserId)
  }
}

/** Whose paid orders stand already. */
async function whoHavePaid(tx: Tx, fresh: readonly FreshOrder[]): Promise<Set<string>> {
  const ids = [...new Set(fresh.flatMap(({ externalUserId }) => externalUserId ?? []))]
  const who = select({ id: words(sql`${o.external_userid}`) })
  const rows = await eachChunk(ids, (part) =>
    tx.rows(sql`SELECT DISTINCT ${who} FROM ${o} WHERE ${o.external_userid} IN ${list(part)} AND ${o.status} = 'paid'`),
  )
  return new Set(rows.map(({ id }) => id))
}

async function put(tx: Tx, fresh: readonly FreshOrder[], catalogue: Catalogue | undefined): Promise<Stored[]> {
  await tx.insertLater(
    o,
    fresh.map(({ row }) => row),
  )
  const idOf = new Map((await tx.settleNew(o))?.map(({ order_id, id }) => [order_id, id]))
  if (idOf.size < fresh.length) throw new MetMeanwhile()
  const withId = fresh.map((one) => ({ ...one, id: idOf.get(one.row.order_id) ?? 0 }))
  await tx.insertLater(
    SHOP_ORDER_STATUS,
    withId.map(({ id, step }) => ({ shop_order_id: id, ...step })),
  )
  await tx.insertLater(
    SHOP_ORDER_ITEM,
    withId.flatMap(({ id, order }) =>
      itemsBeside([], order.items).map((item, line) => ({
        ...{ shop_order_id: id, line_no: line, ...item },
        ...labelsOf(item, catalogue),
      })),
    ),
  )
  await tx.insertLater(
    SHOP_ORDER_ORIGIN,
    withId.flatMap(({ id, order }) => newsOf(order.origin, [], 0).map((one) => ({ shop_order_id: id, ...one }))),
  )
  await tx.insertLater(
    SHOP_ORDER_REFUND,
    withId.flatMap(({ id, refund }) => (refund === undefined ? [] : [{ shop_order_id: id, ...refund }])),
  )
  const refunds = new Map((await tx.settleNew(SHOP_ORDER_REFUND))?.map((one) => [one.shop_order_id, one.id]))
  return withId.map((one) => ({ ...one, refundRowId: refunds.get(one.id) }))
}
