import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { whyNobody } from '../customers/given-customer.ts'
import type { RowFault, RowsOutcome } from './assemble-order.ts'
import { csvForm } from './csv-form.ts'
import { type CsvForm, type CsvRecord, csvRecords } from './csv-records.ts'
import type { OrderMessage } from './order-body.ts'
import { readHeader } from './order-columns.ts'
import { orderRows } from './order-rows.ts'
import { cellText } from './order-words.ts'
import { isOrderWithoutNumber, orderIdOf, type Sheet } from './read-row.ts'
import type { RecordedOrder, RecordOrder } from './record-order.ts'

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
  faults: number
}

export interface ImportDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  clock: Clock
  orders: Pick<RecordOrder, 'record'>
  onFault(fault: RowFault): void
  onProgress(counts: ImportCounts): void
  onIgnored?(columns: string[]): void
}

type ReadOrder = Extract<RowsOutcome, { kind: 'order' }>

/** Faults of one order, not of the file. */
const TOLD = new Set(['orders.two-shops', 'orders.nobody'])

/** Enough to share a commit, few enough to let others in between. */
const BATCH = 100

/** Takes orders from a CSV file, by the same rules as POST /api/orders; repeating is harmless, and so is stopping in the
 *  middle. Bad rows are told and left out. `open` is asked three times: how the file is written, whether the rows of each
 *  order stand together, and what they say. Throws orders.bad-csv, orders.not-text. */
export async function importOrders(open: () => AsyncIterable<Uint8Array>, deps: ImportDeps): Promise<ImportCounts> {
  const form = await csvForm(open())
  const { sheet, scattered, ignored, above } = await lookThrough(open(), form, deps.clock.now())
  if (ignored.length > 0) deps.onIgnored?.(ignored)
  const counts: ImportCounts = {
    rows: 0,
    stored: 0,
    corrected: 0,
    unchanged: 0,
    matched: 0,
    itemsLeftOut: 0,
    faults: 0,
  }
  let batch: ReadOrder[] = []

  async function flush(): Promise<void> {
    const orders = batch
    batch = []
    if (orders.length === 0) return
    const { results, faults } = await deps.db.tx((tx) => recordAll(tx, orders))
    for (const { result, matched } of results) {
      counts[result] += 1
      if (result !== 'unchanged' && matched) counts.matched += 1
    }
    for (const message of faults) {
      counts.faults += 1
      deps.onFault(message)
    }
    deps.onProgress(counts)
  }

  async function recordAll(tx: Tx, orders: readonly ReadOrder[]) {
    const results = []
    const faults: RowFault[] = []
    for (const { order, line } of orders) {
      try {
        results.push(await recordOne(tx, order))
      } catch (error) {
        if (!(error instanceof AppError) || !TOLD.has(error.code)) throw error
        faults.push({ line, message: error.zh ?? error.message })
      }
    }
    return { results, faults }
  }

  /** A new order of nobody is a slip in the file; of an order that is somebody's it tells what became of it. */
  async function recordOne(tx: Tx, order: OrderMessage): Promise<RecordedOrder> {
    if (whyNobody(order.customer) === undefined) return deps.orders.record(tx, order)
    return tx.savepoint(async () => {
      const recorded = await deps.orders.record(tx, order)
      if (recorded.nobody === undefined) return recorded
      throw new AppError('orders.nobody', 'a new order that names nobody', { status: 400, zh: recorded.nobody })
    })
  }

  async function* counted(): AsyncGenerator<CsvRecord> {
    const records = csvRecords(open(), form)
    // The header, and whatever stands above it.
    for (let n = 0; n <= above; n++) await records.next()
    for await (const record of records) {
      counts.rows += 1
      yield record
    }
  }

  for await (const outcome of orderRows(counted(), sheet, scattered)) {
    if (outcome.kind === 'fault') {
      counts.faults += 1
      deps.onFault({ line: outcome.line, message: outcome.message })
      continue
    }
    counts.itemsLeftOut += outcome.order.itemsLeftOut
    batch.push(outcome)
    if (batch.length >= BATCH) await flush()
  }
  await flush()
  deps.onProgress(counts)
  return counts
}

/** A title and a remark may stand above the header. */
const HEADER_WITHIN = 10
/** Names that mean something, from which on a row is taken for the header. */
const ENOUGH_NAMES = 3

/** How many rows stand above the header; 0 also where none looks like one. */
function rowsAbove(head: readonly CsvRecord[]): number {
  const at = head.findIndex(({ fields }) => Object.keys(readHeader(fields).columns).length >= ENOUGH_NAMES)
  return Math.max(0, at)
}

/** The header, and the orders whose rows do not stand together. */
async function lookThrough(
  bytes: AsyncIterable<Uint8Array>,
  form: CsvForm,
  nowMs: number,
): Promise<{ sheet: Sheet; scattered: Set<string>; ignored: string[]; above: number }> {
  const all = csvRecords(bytes, form)
  const head: CsvRecord[] = []
  while (head.length < HEADER_WITHIN) {
    const next = await all.next()
    if (next.done === true) break
    head.push(next.value)
  }
  const above = rowsAbove(head)
  const first = head[above]
  const header = first === undefined ? { columns: {}, ignored: [], faults: ['文件是空的'] } : readHeader(first.fields)
  if (header.faults.length > 0) {
    throw new AppError('orders.bad-csv', 'the header row is not usable', {
      status: 400,
      zh: `表头不能用：${header.faults.join('；')}。`,
    })
  }
  async function* records(): AsyncGenerator<CsvRecord> {
    yield* head.slice(above + 1)
    yield* all
  }
  const names = first?.fields ?? []
  const named = names.findLastIndex((name) => cellText(name) !== '') + 1
  const widths = new Map<number, number>()
  const seen = new Set<string>()
  const scattered = new Set<string>()
  let last = ''
  for await (const record of records()) {
    widths.set(record.fields.length, (widths.get(record.fields.length) ?? 0) + 1)
    const orderId = orderIdOf(record, header)
    // What stands behind a forgotten number does not stand together with what is before it.
    if (orderId === '' && isOrderWithoutNumber(record, header)) last = ''
    if (orderId === '' || orderId === last) continue
    if (seen.has(orderId)) scattered.add(orderId)
    seen.add(orderId)
    last = orderId
  }
  const usual = usualOf(widths)
  const sheet: Sheet = { columns: header.columns, named, widest: Math.max(names.length, usual), nowMs }
  return { sheet, scattered, ignored: header.ignored, above }
}

/** What most rows have; of equals the narrowest. */
function usualOf(widths: ReadonlyMap<number, number>): number {
  const most = Math.max(0, ...widths.values())
  return Math.min(...[...widths].flatMap(([width, times]) => (times === most ? [width] : [])), Number.MAX_SAFE_INTEGER)
}
