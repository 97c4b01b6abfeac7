import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { type CsvRecord, csvRecords } from './csv-records.ts'
import { readHeader } from './order-columns.ts'
import { orderRows, type RowFault, type RowsOutcome } from './order-rows.ts'
import type { RecordOrder } from './record-order.ts'

export interface ImportCounts {
  /** Rows read, header left out. */
  rows: number
  /** Orders with something new. */
  stored: number
  /** Orders that were known with this status. */
  unchanged: number
  /** Of the stored: whose customer is known. */
  matched: number
  faults: number
}

export interface ImportDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  orders: Pick<RecordOrder, 'record'>
  onFault(fault: RowFault): void
  onProgress(counts: ImportCounts): void
  onIgnored?(columns: string[]): void
}

/** Enough to share a commit, few enough to let others in between. */
const BATCH = 100

type ReadOrder = Extract<RowsOutcome, { kind: 'order' }>

/** Takes orders from a CSV file, by the same rules as POST /api/orders; repeating is harmless, and so is stopping in the
 *  middle. Bad rows are told and left out. Throws orders.bad-csv, orders.not-utf8. */
export async function importOrders(bytes: AsyncIterable<Uint8Array>, deps: ImportDeps): Promise<ImportCounts> {
  const counts: ImportCounts = { rows: 0, stored: 0, unchanged: 0, matched: 0, faults: 0 }
  const records = csvRecords(bytes)
  const first = await records.next()
  const header =
    first.done === true ? { columns: {}, ignored: [], faults: ['文件是空的'] } : readHeader(first.value.fields)
  if (header.faults.length > 0) {
    throw new AppError('orders.bad-csv', 'the header row is not usable', {
      status: 400,
      zh: `表头不能用：${header.faults.join('；')}。`,
    })
  }
  if (header.ignored.length > 0) deps.onIgnored?.(header.ignored)

  let batch: ReadOrder[] = []
  async function flush(): Promise<void> {
    const orders = batch
    batch = []
    if (orders.length === 0) return
    const results = await deps.db.tx(async (tx) => {
      const recorded = []
      for (const { order } of orders) recorded.push(await deps.orders.record(tx, order))
      return recorded
    })
    for (const { result, matched } of results) {
      counts[result] += 1
      if (result === 'stored' && matched) counts.matched += 1
    }
    deps.onProgress(counts)
  }

  async function* counted(): AsyncGenerator<CsvRecord> {
    for await (const record of records) {
      counts.rows += 1
      yield record
    }
  }

  for await (const outcome of orderRows(counted(), header.columns)) {
    if (outcome.kind === 'fault') {
      counts.faults += 1
      deps.onFault({ line: outcome.line, message: outcome.message })
    } else {
      batch.push(outcome)
      if (batch.length >= BATCH) await flush()
    }
  }
  await flush()
  deps.onProgress(counts)
  return counts
}
