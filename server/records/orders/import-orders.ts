import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { RowFault } from './assemble-order.ts'
import type { ColumnMap } from './column-map.ts'
import { csvForm } from './csv-form.ts'
import { type CsvRecord, csvRecords } from './csv-records.ts'
import { type ColumnsBy, type LookedThrough, lookThrough } from './look-through.ts'
import { orderRows } from './order-rows.ts'
import { MetMeanwhile } from './put-fresh-orders.ts'
import type { RecordOrder } from './record-order.ts'
import type { RecordedOrder } from './recorded-order.ts'
import { createTakeBatch, type ReadOrder } from './take-batch.ts'

export interface ImportCounts {
  /** Rows read, header left out. */
  rows: number
  /** Orders with something new. */
  stored: number
  /** Orders of which something was missing or wrong here. */
  corrected: number
  /** Orders that were known with this status. */
  unchanged: number
  /** Of the stored and corrected: whose customer is known. */
  matched: number
  /** Rows that are no goods: discounts, counts of nothing. */
  itemsLeftOut: number
  /** Of the stored: whom nobody can find by what the file says. They wait for whoever tells their number. */
  nobody: number
  faults: number
}

/** How far a file has been taken. */
export interface ImportPlace {
  /** Orders and faults at its beginning that are done: counted anew, they are the same only by the same columns and `nowMs`. */
  taken: number
  counts: ImportCounts
}

export interface TakenBatch {
  /** Rows that turned out to be faulty; `onFault` is told of them after the commit. */
  faults: readonly RowFault[]
  /** Numbers of the orders that are in. */
  orderIds: readonly string[]
}

const NOTHING: ImportCounts = {
  rows: 0,
  stored: 0,
  corrected: 0,
  unchanged: 0,
  matched: 0,
  itemsLeftOut: 0,
  nobody: 0,
  faults: 0,
}

export interface ImportDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  clock: Clock
  orders: Pick<RecordOrder, 'record' | 'recordSet'>
  /** Whose orders they are where the file names no shop; undefined: a number that a shop has already is told, and not taken. */
  shop?: string | undefined
  /** What operators say of the names of its columns. */
  columns?: ColumnMap['columns'] | undefined
  /** Where they say it. Default: in a file that goes with this one, all of whose names must be there. */
  columnsBy?: ColumnsBy
  /** What is later by more than a day is a slip; UTC milliseconds. Default: now. */
  nowMs?: number
  /** Where an import of the same file was cut off: what is before is passed over. Default: at the beginning. */
  from?: ImportPlace | undefined
  /** In the transaction of each batch: how far the file is with it, and what became of its orders. */
  onTaken?(tx: Tx, place: ImportPlace, batch: TakenBatch): Promise<void>
  onFault(fault: RowFault): void
  onProgress(counts: ImportCounts): void
  onIgnored?(columns: string[]): void
  /** Which columns say from where orders came. */
  onOrigin?(columns: LookedThrough['origin']): void
  /** Of what platform the file is, where its header gives it away. */
  onForm?(name: string): void
}

/** Enough to share a commit and the statements, and at most so long that others get their turn. */
const BATCH = { least: 50, first: 100, most: 500, tookMs: 300 }

/** Takes orders from a CSV file, by the same rules as POST /api/orders; repeating is harmless, and so is stopping in the
 *  middle. Bad rows are told and left out. `open` is asked three times: how the file is written, whether the rows of each
 *  order stand together, and what they say; more often where the rows of very many orders do not. Memory does not grow with the
 *  file. Throws orders.bad-csv, orders.bad-columns, orders.not-text. */
export async function importOrders(open: () => AsyncIterable<Uint8Array>, deps: ImportDeps): Promise<ImportCounts> {
  const form = await csvForm(open())
  const {
    sheet,
    scattered,
    ignored,
    origin,
    above,
    form: known,
  } = await lookThrough(open(), form, {
    nowMs: deps.nowMs ?? deps.clock.now(),
    mapped: deps.columns,
    by: deps.columnsBy ?? 'file',
  })
  if (known !== undefined) deps.onForm?.(known)
  if (ignored.length > 0) deps.onIgnored?.(ignored)
  if (origin.length > 0) deps.onOrigin?.(origin)
  const { from = { taken: 0, counts: NOTHING }, onTaken } = deps
  const counts = { ...from.counts, rows: 0 }
  const takeBatch = createTakeBatch({ ...deps, columns: sheet.columns })
  let seen = 0
  let size = BATCH.first
  let batch: ReadOrder[] = []
  /** Faulty rows since the last commit. */
  let faulty = 0

  function tell(fault: RowFault): void {
    counts.faults += 1
    deps.onFault(fault)
  }

  const take = (orders: readonly ReadOrder[], areAlone: boolean) =>
    deps.db.tx(async (tx) => {
      const { results, faults } = await takeBatch(tx, orders, areAlone)
      const sums = summed(counts, results)
      const place = { taken: seen, counts: { ...sums, faults: sums.faults + faults.length } }
      await onTaken?.(tx, place, { faults, orderIds: inOf(orders, faults) })
      return { sums, faults }
    })

  async function flush(): Promise<void> {
    const orders = batch
    const isNothing = orders.length === 0 && (onTaken === undefined || faulty === 0)
    batch = []
    faulty = 0
    if (isNothing) return
    const beganMs = performance.now()
    const taken = await take(orders, false).catch((error: unknown) => {
      if (error instanceof MetMeanwhile) return take(orders, true)
      throw error
    })
    const tookMs = performance.now() - beganMs
    size = tookMs > BATCH.tookMs ? Math.max(BATCH.least, Math.floor(size / 2)) : Math.min(BATCH.most, size * 2)
    Object.assign(counts, taken.sums)
    for (const fault of taken.faults) tell(fault)
    deps.onProgress(counts)
  }

  async function* records(isCounted: boolean): AsyncGenerator<CsvRecord> {
    const all = csvRecords(open(), form)
    // The header, and whatever stands above it.
    for (let n = 0; n <= above; n++) await all.next()
    for await (const record of all) {
      if (isCounted) counts.rows += 1
      yield record
    }
  }

  for (let part = 0; part < scattered.parts; part++) {
    const isFirst = part === 0
    const when = (orderId: string) => {
      if (!scattered.has(orderId)) return isFirst ? 'now' : 'other'
      return scattered.partOf(orderId) === part ? 'end' : 'other'
    }
    for await (const outcome of orderRows(records(isFirst), sheet, { when, tellsFaults: isFirst })) {
      seen += 1
      if (seen <= from.taken) continue
      if (outcome.kind === 'fault') {
        faulty += 1
        const { line, column, message, orderId } = outcome
        tell({ line, column, message, orderId })
      } else {
        counts.itemsLeftOut += outcome.order.itemsLeftOut
        batch.push(outcome)
      }
      if (batch.length + faulty >= size) await flush()
    }
  }
  await flush()
  deps.onProgress(counts)
  return counts
}

function inOf(orders: readonly ReadOrder[], faults: readonly RowFault[]): string[] {
  const out = new Set(faults.map(({ orderId }) => orderId))
  return orders.flatMap(({ order: { orderId } }) => (out.has(orderId) ? [] : [orderId]))
}

/** With what a batch gave. */
function summed(counts: ImportCounts, results: readonly RecordedOrder[]): ImportCounts {
  const sums = { ...counts }
  for (const { result, matched, nobody } of results) {
    sums[result] += 1
    if (result === 'stored' && nobody !== undefined) sums.nobody += 1
    if (result !== 'unchanged' && matched) sums.matched += 1
  }
  return sums
}
