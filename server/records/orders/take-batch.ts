import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { isPhoneSpoilt } from '../customers/given-customer.ts'
import type { RowFault, RowsOutcome } from './assemble-order.ts'
import { inDoubt } from './in-doubt.ts'
import type { OrderMessage } from './order-body.ts'
import type { StoredOrder } from './order-store.ts'
import type { Sheet } from './read-row.ts'
import type { RecordOrder } from './record-order.ts'
import type { RecordedOrder } from './recorded-order.ts'

export type ReadOrder = Extract<RowsOutcome, { kind: 'order' }>

/** Faults of one order, not of the file. */
const TOLD = new Set(['orders.two-shops', 'orders.in-doubt', 'orders.nobody'])
/** Those that lie in its number. */
const OF_NUMBER = new Set(['orders.two-shops', 'orders.in-doubt'])

export interface TakeBatchDeps {
  orders: Pick<RecordOrder, 'record' | 'recordSet'>
  /** Whose orders they are where the file names no shop; undefined: a number that a shop has already is told, and not taken. */
  shop?: string | undefined
  columns: Sheet['columns']
}

/** Takes some orders of a file; what is wrong with one of them is told and harms no other. `areAlone`: one after the other. Throws
 *  MetMeanwhile where they were not. */
export function createTakeBatch({ orders, shop, columns }: TakeBatchDeps) {
  /** Platforms hide who bought; a phone that Excel or a hand spoilt is a slip in the file, but where the order is somebody's. */
  async function recordOne(tx: Tx, order: OrderMessage): Promise<RecordedOrder> {
    if (!isPhoneSpoilt(order.customer)) return orders.record(tx, order)
    return tx.savepoint(async () => {
      const recorded = await orders.record(tx, order)
      if (recorded.nobody === undefined) return recorded
      throw new AppError('orders.nobody', 'a new order that names nobody', { status: 400, zh: recorded.nobody })
    })
  }

  /** Who says which shop's orders these are leaves none. */
  const doubtOf = (order: OrderMessage, known: readonly StoredOrder[]): string | undefined =>
    shop === undefined ? inDoubt(order, known) : undefined

  return async (
    tx: Tx,
    batch: readonly ReadOrder[],
    areAlone: boolean,
  ): Promise<{ results: RecordedOrder[]; faults: RowFault[] }> => {
    const messages = batch.map(({ order }) => ({ ...order, source: order.source ?? shop }))
    const lines = new Map(messages.map((order, nth) => [order, batch[nth]?.line ?? 0]))
    const outcomes = await orders.recordSet<RecordedOrder | RowFault>(tx, messages, {
      isAlone: (order, known) => areAlone || isPhoneSpoilt(order.customer) || doubtOf(order, known) !== undefined,
      record: async (order, known) => {
        try {
          const doubt = doubtOf(order, known)
          if (doubt !== undefined) throw new AppError('orders.in-doubt', 'of which shop?', { status: 409, zh: doubt })
          return await recordOne(tx, order)
        } catch (error) {
          if (!(error instanceof AppError) || !TOLD.has(error.code)) throw error
          const column = OF_NUMBER.has(error.code) ? (columns.orderId?.[0] ?? 0) + 1 : undefined
          return { line: lines.get(order) ?? 0, column, message: error.zh ?? error.message, orderId: order.orderId }
        }
      },
    })
    return {
      results: outcomes.flatMap((one) => ('result' in one ? [one] : [])),
      faults: outcomes.flatMap((one) => ('result' in one ? [] : [one])),
    }
  }
}
