import { assembleOrder, type RowsOutcome } from './assemble-order.ts'
import type { CsvRecord } from './csv-records.ts'
import { isOrderWithoutNumber, orderIdOf, type Sheet } from './read-row.ts'

/** Turns rows into orders: rows of one order that stand together, and under a number the rows without one, as merged cells
 *  leave them: they are read as the order's own, however spoilt. Orders in `scattered`, whose rows do not stand together, come at the end. A row that cannot be read is a fault
 *  and takes its own order along, so that no order comes in by halves; other orders are not touched. */
export async function* orderRows(
  records: AsyncIterable<CsvRecord>,
  sheet: Sheet,
  scattered: ReadonlySet<string>,
): AsyncGenerator<RowsOutcome> {
  const late = new Map<string, CsvRecord[]>()
  let orderId: string | undefined
  let rows: CsvRecord[] = []
  for await (const record of records) {
    const own = orderIdOf(record, sheet)
    if (own === '') {
      if (orderId !== undefined && !isOrderWithoutNumber(record, sheet)) {
        rows.push(record)
        continue
      }
      if (orderId !== undefined && !scattered.has(orderId)) yield* assembleOrder(rows, sheet)
      orderId = undefined
      yield { kind: 'fault', line: record.line, message: '没有订单号' }
      continue
    }
    if (own !== orderId) {
      if (orderId !== undefined && !scattered.has(orderId)) yield* assembleOrder(rows, sheet)
      rows = late.get(own) ?? []
      if (scattered.has(own)) late.set(own, rows)
      orderId = own
    }
    rows.push(record)
  }
  if (orderId !== undefined && !scattered.has(orderId)) yield* assembleOrder(rows, sheet)
  for (const kept of late.values()) yield* assembleOrder(kept, sheet)
}
