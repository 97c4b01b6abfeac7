import { AppError } from '../../../core/kernel/app-error.ts'
import { isPhoneSpoilt, whyNobody } from '../../customers/given-customer.ts'
import { importOrders } from '../import-orders.ts'
import type { OrderMessage } from '../order-body.ts'
import { oneByOne } from './one-by-one.ts'

export interface ReadOrders {
  orders: OrderMessage[]
  /** `3: …`, by line. */
  faults: string[]
  /** Why the whole file was refused. */
  refused: string | undefined
}

/** What a file says, without a database. */
export async function readOrders(content: string | Buffer, now = '2026-11-22T09:00:00+08:00'): Promise<ReadOrders> {
  const bytes = Buffer.from(content as string)
  const orders: OrderMessage[] = []
  const faults: string[] = []
  async function* open(): AsyncGenerator<Uint8Array> {
    // Parts that cut characters and quotes; of a long file longer ones.
    const part = bytes.length > 1_000_000 ? 65_521 : 7
    for (let at = 0; at < bytes.length; at += part) yield bytes.subarray(at, at + part)
  }
  try {
    await importOrders(open, {
      db: { tx: (work) => work({ savepoint: (part: () => unknown) => part() } as never) },
      clock: { now: () => Date.parse(now) },
      orders: {
        recordSet: oneByOne,
        record: async (_tx, order) => {
          const nobody = whyNobody(order.customer)
          if (!isPhoneSpoilt(order.customer)) orders.push(order)
          return { result: 'stored', matched: false, nobody }
        },
      },
      onFault: ({ line, message }) => faults.push(`${line}: ${message}`),
      onProgress: () => undefined,
    })
    return { orders, faults, refused: undefined }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { orders, faults, refused: error.zh }
  }
}
